import AsyncHTTPClient
import NIOCore
import NIOSSL
import OAuth
import Synchronization

/// The clients of outgoing requests: each leads to one server, under its name, at one address that was checked.
///
/// Which address a name stands for is a setting of the whole client. So a connection that stays open for the next
/// request is kept with the address, and is used only for a request to which that address was just given again.
final class OutgoingClients: Sendable {
    private static let kept = 64

    private struct Key: Hashable {
        let scheme: String
        let host: String
        let address: String
        let seconds: Int64
    }

    private let tls: TLSConfiguration
    private let keeps: Bool
    private let patience: OutgoingPatience
    private let clients = Mutex<[Key: OutgoingClient]>([:])

    /// - Parameter keeps: Whether connections stay open between requests.
    init(tls: TLSConfiguration, keepsConnections keeps: Bool, patience: OutgoingPatience) {
        self.tls = tls
        self.patience = patience
        self.keeps = keeps
    }

    /// - Parameter seconds: How long an answer may take.
    func client(for url: OutgoingURL, at address: NetworkAddress, seconds: Int64) -> OutgoingClient {
        guard keeps else { return new(for: url, at: address, seconds: seconds) }
        let key = Key(scheme: url.origin.scheme, host: url.origin.host, address: address.text, seconds: seconds)
        return clients.withLock { clients in
            if let open = clients[key] { return open }
            if clients.count >= Self.kept { clients.removeAll() }
            let client = new(for: url, at: address, seconds: seconds)
            clients[key] = client
            return client
        }
    }

    private func new(for url: OutgoingURL, at address: NetworkAddress, seconds: Int64) -> OutgoingClient {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(patience.connectSeconds), read: .seconds(seconds + patience.spareSeconds)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(patience.idleSeconds)
        // Of all webhooks together: those at one host share a client, and one that hangs must not hold up the others.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        if url.address == nil { configuration.dnsOverride = [url.origin.host: address.text] }
        return OutgoingClient(configuration, isKept: keeps)
    }
}

/// A client that ends its connections when nobody holds it any more.
final class OutgoingClient: Sendable {
    let http: HTTPClient
    let isKept: Bool

    init(_ configuration: HTTPClient.Configuration, isKept: Bool) {
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.isKept = isKept
    }

    deinit { http.shutdown { _ in } }
}
