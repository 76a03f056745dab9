public import Hummingbird
public import TykvaVerifier

/// The simplest context that can hold a token, for applications without a context of their own.
public struct BearerRequestContext: AuthenticatedRequestContext {
    public var coreContext: CoreRequestContextStorage
    public var token: VerifiedToken?

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
