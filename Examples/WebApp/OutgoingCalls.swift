import AsyncHTTPClient
import NIOCore

/// How this application calls the issuer and the orders service.
struct OutgoingCalls: Sendable {
    /// It follows no redirects: they would carry the client's secret elsewhere.
    static let standard = OutgoingCalls(
        client: HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(redirectConfiguration: .disallow)),
        timeoutSeconds: 10)

    let client: HTTPClient
    let timeoutSeconds: Int64

    func execute(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        try await client.execute(request, timeout: .seconds(timeoutSeconds))
    }
}
