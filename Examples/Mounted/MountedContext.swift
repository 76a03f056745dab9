import Hummingbird
import NIOCore
import TykvaHummingbird
import TykvaServer
import TykvaVerifier

/// What a request carries through this application: the caller's address for the issuer, the checked token for the
/// application's own routes.
struct MountedContext: IssuerRequestContext, AuthenticatedRequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?
    var token: VerifiedToken?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
