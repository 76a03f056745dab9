import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import OAuth

/// The requests that the issuer itself makes, to servers of clients and to those that an operator names.
///
/// Bounded in time and size, without redirects, and only to addresses that the rules allow: a name is looked up at most
/// once for each request, and the connection goes to an address that was checked, so that a second answer of the name's
/// server is never asked for. TLS still speaks to the name.
struct OutgoingRequests: Sendable {
    private let rules: AddressRules
    private let resolve: @Sendable (String) async throws -> [NetworkAddress]
    private let clients: OutgoingClients
    private let patience: OutgoingPatience

    /// - Parameters:
    ///   - keepsConnections: Whether they stay open for a moment, for the next request. One may be sent twice then.
    ///   - patience: How long anything but an answer is waited for.
    ///   - resolve: Looks a name up; the system's resolver when nil.
    ///   - tls: Whom we trust; the system's authorities by default.
    init(
        _ rules: AddressRules, keepsConnections: Bool = false, patience: OutgoingPatience = OutgoingPatience(),
        resolve: (@Sendable (String) async throws -> [NetworkAddress])? = nil,
        tls: TLSConfiguration = .makeClientConfiguration()
    ) {
        self.rules = rules
        self.patience = patience
        clients = OutgoingClients(tls: tls, keepsConnections: keepsConnections, patience: patience)
        let names = NameLookup()
        self.resolve = resolve ?? { try await names.addresses(of: $0) }
    }

    /// How long an answer may take, and how long it may be.
    struct Bounds: Sendable {
        var seconds: Int64
        /// Of the answer's body; with 0 nobody looks at it.
        var bytes = Limits.fetchedBytes
    }

    private var usual: Bounds { Bounds(seconds: patience.answerSeconds) }

    /// - Throws: When the answer is not 200 or is too large, or there is none, with a reason for the log.
    func get(
        _ url: String, accept: String, with headers: HTTPHeaders = [:], within bounds: Bounds? = nil
    ) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers = headers
        request.headers.add(name: "accept", value: accept)
        let (status, body) = try await answer(to: request, at: OutgoingURL(url), within: bounds ?? usual)
        guard status == 200 else { throw InvalidValue(url, "it answered \(status)") }
        return body
    }

    /// - Throws: When the answer is not 2xx, or there is none, with a reason for the log.
    func post(_ url: String, form: String) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: form))
        let (status, _) = try await answer(to: request, at: OutgoingURL(url), within: usual)
        if (400...499).contains(status), status != 408, status != 429 { throw RefusedDelivery(status: status) }
        guard (200...299).contains(status) else { throw InvalidValue(url, "it answered \(status)") }
    }

    /// - Returns: The status of the answer, whatever it is.
    /// - Throws: When there is none, with a reason for the log.
    func post(
        _ url: OutgoingURL, body: [UInt8], headers: [(String, String)], within bounds: Bounds
    ) async throws -> UInt {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers = HTTPHeaders(headers)
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await answer(to: request, at: url, within: bounds).status
    }

    private func answer(
        to request: HTTPClientRequest, at url: OutgoingURL, within bounds: Bounds
    ) async throws -> (status: UInt, body: [UInt8]) {
        try await withThrowingTaskGroup(of: (status: UInt, body: [UInt8]).self) { group in
            // The client's own deadline ends with the head of the answer, and a body can be dripped for ever. So it
            // stands a little behind this one.
            group.addTask { try await send(request, to: url, within: bounds) }
            group.addTask {
                try await Task.sleep(for: .seconds(bounds.seconds))
                throw InvalidValue(url.shown, "it did not answer within \(bounds.seconds) seconds")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    /// To the first of the allowed addresses that takes the connection.
    private func send(
        _ request: HTTPClientRequest, to url: OutgoingURL, within bounds: Bounds
    ) async throws -> (status: UInt, body: [UInt8]) {
        let found: [NetworkAddress]
        if let address = url.address { found = [address] } else { found = try await resolve(url.origin.host) }
        let allowed = found.filter { rules.allows($0, of: url.origin) }.prefix(Limits.triedAddresses)
        guard let last = allowed.last else {
            throw InvalidValue(url.shown, "its address is private or reserved, and such ones are not connected to")
        }
        for address in allowed.dropLast() {
            do {
                return try await send(request, to: url, at: address, within: bounds)
            } catch  where Self.isConnectFailure(error) {
                continue
            }
        }
        return try await send(request, to: url, at: last, within: bounds)
    }

    private func send(
        _ request: HTTPClientRequest, to url: OutgoingURL, at address: NetworkAddress, within bounds: Bounds
    ) async throws -> (status: UInt, body: [UInt8]) {
        // The override goes by the name as the client's own parser sees it.
        guard url.address != nil || URL(string: url.text)?.host() == url.origin.host else {
            throw InvalidValue(url.shown, "its host has two readings")
        }
        let client = clients.client(for: url, at: address, seconds: bounds.seconds)
        do {
            return try await send(request, by: client, within: bounds)
        } catch  where client.isKept && Self.isBrokenOff(error) {
            // The server may have ended a connection that was open from before.
            return try await send(request, by: client, within: bounds)
        } catch is NIOTooManyBytesError {
            throw InvalidValue(url.shown, "its answer is too large")
        }
    }

    private func send(
        _ request: HTTPClientRequest, by client: OutgoingClient, within bounds: Bounds
    ) async throws -> (status: UInt, body: [UInt8]) {
        defer { withExtendedLifetime(client) {} }
        let response = try await client.http.execute(request, timeout: .seconds(bounds.seconds + patience.spareSeconds))
        if bounds.bytes > 0 {
            let body = try await response.body.collect(upTo: bounds.bytes)
            return (response.status.code, Array(body.readableBytesView))
        }
        if client.isKept { await pass(over: response.body) }
        return (response.status.code, [])
    }

    /// Reads a short answer that nobody looks at to its end, so that its connection can carry the next request. One
    /// that is long or slow costs its connection instead.
    private func pass(over body: HTTPClientResponse.Body) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await body.collect(upTo: Limits.passedOverBytes) }
            group.addTask { try? await Task.sleep(for: patience.passingOver) }
            await group.next()
            group.cancelAll()
        }
    }

    private static func isBrokenOff(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .remoteConnectionClosed
        case let error as IOError: [ECONNRESET, EPIPE].contains(error.errnoCode)
        default: false
        }
    }

    private static func isConnectFailure(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .connectTimeout
        case let error as IOError:
            [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT].contains(error.errnoCode)
        default: false
        }
    }
}
