import AsyncHTTPClient
import NIOCore
import ServiceLifecycle

/// The client for requests that the issuer itself makes: no redirects followed, small answers, few connections kept.
struct OutgoingRequests: Service {
    let client: HTTPClient

    init() {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(3), read: .seconds(5), write: .seconds(5)))
        configuration.connectionPool.idleTimeout = .seconds(30)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Waits for the end of what rests on it, then closes.
    func run() async throws {
        try? await gracefulShutdown()
        try await client.shutdown()
    }
}
