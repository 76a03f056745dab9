import HTTPTypes
package import Hummingbird
import OAuth

/// Answers 429 to a network that asks too often, before anything is looked at; the health of the server is exempt.
package struct RequestRateLimit<Context: IssuerRequestContext>: RouterMiddleware {
    private let rates: RequestRates?
    private let proxies: TrustedProxies
    private let pages: PageRenderer

    /// - Parameter rates: Nil when they are switched off.
    init(_ rates: RequestRates?, _ proxies: TrustedProxies, _ pages: PageRenderer) {
        self.rates = rates
        self.proxies = proxies
        self.pages = pages
    }

    @concurrent package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let rates, !request.uri.path.hasPrefix("/health/"),
            let seconds = rates.take(from: proxies.caller(of: request, context))
        else { return try await next(request, context) }
        guard request.headers[values: .accept].contains(where: { $0.contains("text/html") }) else {
            return OAuthErrorResponse.tooMany(retryAfterSeconds: seconds)
        }
        let page = ErrorPage(.tooManyRequests, requestID: "\(context.id)", retryAfterSeconds: seconds)
        return pages.response(page, in: .of(request.headers))
    }
}
