import HTTPTypes
package import Hummingbird

/// Answers 404 to every spelling of a path but the one in the route table, and 431 to too many header fields.
///
/// The router passes over empty segments, so that `//token` and `/token/` would be `/token` to it, and something else
/// to the rule of a proxy before it. HTTP/2 knows a limit of bytes for header fields, and none of their number.
package struct CanonicalRequests<Context: RequestContext>: RouterMiddleware {
    package init() {}

    @concurrent package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.headers.count <= Limits.headerCount else {
            return Problem.response(.requestHeaderFieldsTooLarge)
        }
        guard Self.isCanonical(request.head.path ?? "") else { throw HTTPError(.notFound) }
        return try await next(request, context)
    }

    /// A slash and segments that are not empty, all in printable ASCII; then a query, or nothing.
    static func isCanonical(_ target: String) -> Bool {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard path.first == UInt8(ascii: "/"), path.allSatisfy({ (0x21...0x7E).contains($0) }) else { return false }
        let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return path.count == 1 || segments.allSatisfy { !$0.isEmpty }
    }
}
