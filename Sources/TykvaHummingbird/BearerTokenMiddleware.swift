import HTTPTypes
public import Hummingbird
import Logging
public import TykvaVerifier

/// Checks the bearer token of every request and puts it into the context.
///
/// A request without a token is refused, unless the routes below serve strangers too. Which tokens may do what is
/// said by ``RequireScope`` and ``RequireRole`` behind it.
///
/// ```swift
/// let api = router.group().add(middleware: BearerTokenMiddleware(verifier: verifier))
/// api.group().add(middleware: RequireScope("orders:read")).get("orders") { request, context in
///     let token = try context.requireToken()
///     …
/// }
/// ```
public struct BearerTokenMiddleware<Context: AuthenticatedRequestContext>: RouterMiddleware {
    private let verifier: TokenVerifier
    private let realm: String
    private let allowsAnonymous: Bool

    /// - Parameters:
    ///   - verifier: Checks the tokens. Add it to the application's services, so that its keys are fresh.
    ///   - realm: The name of the protected part in challenges (RFC 9110 §11.5): printable ASCII.
    ///   - allowsAnonymous: Whether a request without a token goes on, with no token in its context. A bad token is
    ///     refused all the same.
    public init(verifier: TokenVerifier, realm: String = "api", allowsAnonymous: Bool = false) {
        self.verifier = verifier
        self.realm = realm
        self.allowsAnonymous = allowsAnonymous
    }

    /// Checks the token of a request, then goes on with it in the context.
    @concurrent public func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        do {
            context.token = try await token(of: request, context)
            return try await next(request, context)
        } catch var challenge as BearerChallenge {
            challenge.realm = realm
            throw challenge
        }
    }

    private func token(of request: Request, _ context: Context) async throws -> VerifiedToken? {
        switch BearerCredentials(request.headers) {
        case .none:
            guard allowsAnonymous else { throw BearerChallenge.tokenMissing }
            return nil
        case .malformed:
            context.logger.info("bearer token refused", metadata: ["reason": "the Authorization header is malformed"])
            throw BearerChallenge.invalidRequest
        case .token(let token):
            do {
                return try await verifier.verify(token)
            } catch {
                context.logger.info("bearer token refused", metadata: ["reason": "\(error)"])
                if let seconds = error.retryAfterSeconds {
                    throw BearerChallenge.temporarilyUnavailable(retryAfterSeconds: seconds)
                }
                throw BearerChallenge.invalidToken
            }
        }
    }
}
