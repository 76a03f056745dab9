public import Hummingbird
public import TykvaVerifier

/// The simplest context that can hold a token, for applications without a context of their own.
public struct BearerRequestContext: AuthenticatedRequestContext {
    /// What Hummingbird keeps for every request.
    public var coreContext: CoreRequestContextStorage
    /// The verified token of the request, or nil.
    public var token: VerifiedToken?

    /// Made by the application, one for each request.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
