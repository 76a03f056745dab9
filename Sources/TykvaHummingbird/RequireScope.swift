public import Hummingbird
import TykvaVerifier

/// Lets pass only requests whose token has a scope (RFC 6749 §3.3): all of some values, or any of them.
///
/// Without a verified token the answer is 401, with too small a scope 403 `insufficient_scope`.
public struct RequireScope<Context: AuthenticatedRequestContext>: RouterMiddleware {
    private let values: [String]
    private let isAnyEnough: Bool

    /// Requires every one of these values.
    public init(_ first: String, _ more: String...) {
        self.init(values: [first] + more, isAnyEnough: false)
    }

    /// Requires at least one of these values.
    public init(anyOf first: String, _ more: String...) {
        self.init(values: [first] + more, isAnyEnough: true)
    }

    private init(values: [String], isAnyEnough: Bool) {
        precondition(
            values.allSatisfy {
                !$0.isEmpty && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
            },
            "a scope value has printable ASCII only, without spaces, quotes and backslashes")
        self.values = values
        self.isAnyEnough = isAnyEnough
    }

    /// Goes on when the token's scope is enough.
    @concurrent public func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let token = try context.requireToken()
        let isEnough = isAnyEnough ? values.contains(where: token.hasScope) : values.allSatisfy(token.hasScope)
        guard isEnough else { throw BearerChallenge.insufficientScope(values) }
        return try await next(request, context)
    }
}
