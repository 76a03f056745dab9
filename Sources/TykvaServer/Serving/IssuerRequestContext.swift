public import Hummingbird
package import NIOCore

/// What the issuer's endpoints need of a request context: an application's own context conforms, and gives the address
/// of the connection as `remoteAddress`.
public protocol IssuerRequestContext: RequestContext, RemoteAddressRequestContext {}

/// The context of `tykva serve`.
package struct ServeRequestContext: IssuerRequestContext {
    package var coreContext: CoreRequestContextStorage
    package let remoteAddress: SocketAddress?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
