import HTTPTypes
package import Hummingbird
import Logging
import Metrics

/// One line a request: method, path without its query, status, time, and the id that the answer carries too.
///
/// What a request says is bounded, and neither query, header nor body is ever logged.
package struct RequestLog<Context: RequestContext>: RouterMiddleware {
    private let monotonic: @Sendable () -> Int64

    package init(monotonic: @escaping @Sendable () -> Int64) { self.monotonic = monotonic }

    @concurrent package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let began = monotonic()
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError {
            response = try error.response(from: request, context: context)
        }
        response.headers[.requestID] = "\(context.id)"
        response.headers[.xContentTypeOptions] = "nosniff"
        let duration = monotonic() - began
        context.logger.info(
            "request",
            metadata: [
                "method": "\(request.method.rawValue.prefix(16))", "path": "\(request.uri.path.prefix(128))",
                "status": "\(response.status.code)", "ms": "\(duration)",
            ])
        count(response, endpoint: context.endpointPath, milliseconds: duration)
        return response
    }

    /// Labels come from the route table and the status class, never from the request's text.
    private func count(_ response: Response, endpoint: String?, milliseconds: Int64) {
        let labels = [("endpoint", endpoint ?? "none"), ("status", "\(response.status.code / 100)xx")]
        Counter(label: "tykva_http_requests_total", dimensions: labels).increment()
        Timer(label: "tykva_http_request_seconds", dimensions: [("endpoint", endpoint ?? "none")])
            .recordMilliseconds(milliseconds)
    }
}
