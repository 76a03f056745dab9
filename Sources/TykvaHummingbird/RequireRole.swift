public import Hummingbird
import TykvaVerifier

/// Lets pass only requests whose token has a role: all of some, or any of them.
///
/// Without a verified token the answer is 401, without the role 403. The role is not named to the caller: no scope
/// that a client could ask for would bring it.
public struct RequireRole<Context: AuthenticatedRequestContext>: RouterMiddleware {
    private let roles: [String]
    private let isAnyEnough: Bool

    /// Requires every one of these roles.
    public init(_ first: String, _ more: String...) {
        roles = [first] + more
        isAnyEnough = false
    }

    /// Requires at least one of these roles.
    public init(anyOf first: String, _ more: String...) {
        roles = [first] + more
        isAnyEnough = true
    }

    /// Goes on when the token's roles are enough.
    @concurrent public func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let token = try context.requireToken()
        let isEnough = isAnyEnough ? roles.contains(where: token.hasRole) : roles.allSatisfy(token.hasRole)
        guard isEnough else { throw BearerChallenge.insufficientScope() }
        return try await next(request, context)
    }
}
