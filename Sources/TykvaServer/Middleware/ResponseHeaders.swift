import HTTPTypes
package import Hummingbird

/// What every answer carries: no sniffing of types, and HSTS when the issuer speaks TLS (RFC 6797 §6.1).
package struct ResponseHeaders<Context: RequestContext>: RouterMiddleware {
    private let isSecure: Bool

    package init(isSecure: Bool) { self.isSecure = isSecure }

    @concurrent package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.xContentTypeOptions] = "nosniff"
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        return response
    }
}
