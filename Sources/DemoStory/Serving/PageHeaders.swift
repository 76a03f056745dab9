import HTTPTypes
import Hummingbird
import TykvaServer

/// What every answer of the story carries: nothing from elsewhere, no script, no frame, no copy on a disk.
struct PageHeaders: RouterMiddleware {
    static let policy = """
        default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
        frame-ancestors 'none'; base-uri 'none'
        """

    @concurrent func handle(
        _ request: Request, context: ServeRequestContext,
        next: @concurrent (Request, ServeRequestContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.cacheControl] = "no-store"
        // Not `no-referrer`: with it browsers send `Origin: null` from our own forms.
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        return response
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .cacheControl
    fileprivate static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy") ?? .cacheControl
}
