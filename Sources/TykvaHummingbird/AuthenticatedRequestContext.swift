public import Hummingbird
public import TykvaVerifier

/// A request context with room for the token that came with the request.
public protocol AuthenticatedRequestContext: RequestContext {
    /// The token, once ``BearerTokenMiddleware`` has found it good; nil when the request brought none.
    var token: VerifiedToken? { get set }
}

extension AuthenticatedRequestContext {
    /// The token of the request.
    ///
    /// - Throws: ``BearerChallenge``, which answers 401, when the request brought none.
    public func requireToken() throws(BearerChallenge) -> VerifiedToken {
        guard let token else { throw .tokenMissing }
        return token
    }
}
