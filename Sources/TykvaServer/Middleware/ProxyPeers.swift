import HTTPTypes
package import Hummingbird
import Logging
import OAuth
import Synchronization

/// Refuses who comes past the proxy that speaks TLS for us, when it is told to: passwords do not travel in plain http.
///
/// The health of the server is no secret, and is asked for from elsewhere too.
///
/// Says once when somebody who is not in `behind_proxy` names a caller: if that is a proxy, all callers count as one.
package struct ProxyPeers<Context: IssuerRequestContext>: RouterMiddleware {
    private let proxies: TrustedProxies
    private let arePeersChecked: Bool
    private let remarks = Remarks()

    private final class Remarks: Sendable {
        let isMade = Atomic(false)
    }

    package init(_ proxies: TrustedProxies, arePeersChecked: Bool) {
        self.proxies = proxies
        self.arePeersChecked = arePeersChecked
    }

    @concurrent package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        remark(request, context)
        guard !arePeersChecked || proxies.isPeer(context) || request.uri.path.hasPrefix("/health/") else {
            context.logger.info(
                "refused: the peer is not in the networks of behind_proxy",
                metadata: ["peer": "\(context.remoteAddress?.ipAddress ?? "unknown")"])
            return Problem.response(.forbidden)
        }
        return try await next(request, context)
    }

    private func remark(_ request: Request, _ context: Context) {
        guard request.headers.contains(.xForwardedFor), !proxies.isPeer(context),
            !remarks.isMade.exchange(true, ordering: .relaxed)
        else { return }
        context.logger.warning(
            "X-Forwarded-For is passed over, for behind_proxy does not name its sender: if that is your proxy, set it",
            metadata: ["peer": "\(context.remoteAddress?.ipAddress ?? "unknown")"])
    }
}
