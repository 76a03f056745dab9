import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import OAuth

/// The story's calls to this server's own endpoints, over HTTP at its own address like anybody's.
struct IssuerCalls: Sendable {
    /// Whom a call is made for. Their agents differ, so that the audit log can tell them apart.
    enum Caller: String, Sendable {
        case owner = "demo-app/1.0 (the owner)"
        case thief = "curl/8 (the thief)"
    }

    struct Unreachable: Error {
        let reason: String
    }

    /// One client for the whole process, as its connections are. It lives as long, so nobody shuts it down.
    static let sharedClient: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(3)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    let issuer: Issuer
    let client: HTTPClient
    let timeout: Duration

    func token(
        _ parameters: [(String, String)], as caller: Caller, at now: Milliseconds
    ) async throws(Unreachable) -> Exchange {
        var request = HTTPClientRequest(url: issuer.url("/token"))
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: FormText.encoded(parameters)))
        return try await send(request, as: caller, at: now)
    }

    /// - Parameter bearer: The token; nil to send none.
    func orders(bearer: String?, at now: Milliseconds) async throws(Unreachable) -> Exchange {
        var request = HTTPClientRequest(url: issuer.url("/demo/orders"))
        if let bearer { request.headers.add(name: "authorization", value: "Bearer \(bearer)") }
        return try await send(request, as: .owner, at: now)
    }

    private func send(
        _ request: HTTPClientRequest, as caller: Caller, at now: Milliseconds
    ) async throws(Unreachable) -> Exchange {
        var request = request
        request.headers.add(name: "user-agent", value: caller.rawValue)
        request.headers.add(name: "accept", value: "application/json")
        do {
            let answer = try await client.execute(request, timeout: .seconds(timeout.components.seconds))
            let body = try await answer.body.collect(upTo: Exchange.maximumBytes)
            return Exchange(
                status: Int(answer.status.code), phrase: answer.status.reasonPhrase,
                challenge: answer.headers.first(name: "www-authenticate"), body: String(buffer: body), at: now)
        } catch {
            throw Unreachable(reason: "This server could not reach itself at \(issuer): \(error)")
        }
    }
}
