import HTTPTypes
package import Hummingbird
import Logging
import OAuth

/// Refuses who comes past the proxy that speaks TLS for us, when it is told to: passwords do not travel in plain http.
///
/// The health of the server is no secret, and is asked for from elsewhere too.
package struct ProxyPeers<Context: IssuerRequestContext>: RouterMiddleware {
    private let proxies: TrustedProxies
    private let arePeersChecked: Bool

    package init(_ proxies: TrustedProxies, arePeersChecked: Bool) {
        self.proxies = proxies
        self.arePeersChecked = arePeersChecked
    }

    @concurrent package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !arePeersChecked || proxies.isPeer(context) || request.uri.path.hasPrefix("/health/") else {
            context.logger.info(
                "refused: the peer is not in the networks of behind_proxy",
                metadata: ["peer": "\(context.remoteAddress?.ipAddress ?? "unknown")"])
            return Problem.response(.forbidden)
        }
        return try await next(request, context)
    }
}
