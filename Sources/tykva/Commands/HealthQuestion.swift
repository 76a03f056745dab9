import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import TykvaServer

/// One request to a server's `/health/ready`.
struct HealthQuestion {
    let listen: ListenAddress
    /// What the certificate must be good for; nil for the address that is asked.
    let host: String?
    let isSecure: Bool
    let trustedPath: String?

    var url: String {
        guard let host else { return "\(isSecure ? "https" : "http")://\(listen.reachable)/health/ready" }
        return "https://\(host):\(listen.port)/health/ready"
    }

    /// - Throws: A sentence when there is no answer, or the certificate is not trusted.
    func status() async throws -> UInt {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try tls(), redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(5)), proxy: nil)
        configuration.connectionPool.retryConnectionEstablishment = false
        if let host { configuration.dnsOverride = [host: listen.reachableHost] }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let answer: Result<HTTPClientResponse, any Error>
        do {
            answer = .success(try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(10)))
        } catch {
            answer = .failure(error)
        }
        try? await client.shutdown()
        do {
            return try answer.get().status.code
        } catch {
            throw CommandFailure(sentence(error))
        }
    }

    private func tls() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        guard let trustedPath else { return tls }
        guard (try? NIOSSLCertificate.fromPEMFile(trustedPath))?.isEmpty == false else {
            throw CommandFailure("\(trustedPath) cannot be read, or holds no certificate in PEM")
        }
        tls.trustRoots = .file(trustedPath)
        return tls
    }

    private func sentence(_ error: any Error) -> String {
        switch error {
        case is NIOSSLExtraError, is BoringSSLError, is NIOSSLError:
            "the server at \(url) has a certificate that \(trustedPath ?? "the system's authorities") "
                + "\(trustedPath == nil ? "do" : "does") not vouch for, or that is not good for this host, "
                + "or it speaks no TLS"
        default:
            "the server at \(url) does not answer" + (isSecure ? "" : "; if it speaks TLS, give --tls")
        }
    }
}

extension ListenAddress {
    /// An address that reaches a listener of every address.
    fileprivate var reachableHost: String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }

    fileprivate var reachable: String {
        reachableHost.contains(":") ? "[\(reachableHost)]:\(port)" : "\(reachableHost):\(port)"
    }
}
