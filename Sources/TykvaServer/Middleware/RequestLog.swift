import HTTPTypes
package import Hummingbird
import Logging
import Metrics
import Synchronization

/// Counts every request, logs it at `debug`, and gives the answer its request id.
///
/// Trouble is logged once, where it is known: here only what no endpoint has rendered.
/// What a request says is bounded, and neither query, header nor body is ever logged.
package struct RequestLog<Context: RequestContext>: RouterMiddleware {
    private let now: @Sendable () -> ContinuousClock.Instant
    private let notFound: NotFound
    private let counts = RequestCounts()

    init(now: @escaping @Sendable () -> ContinuousClock.Instant, notFound: NotFound) {
        self.now = now
        self.notFound = notFound
    }

    @concurrent package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let began = now()
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            response = notFound.response(to: request, requestID: "\(context.id)")
        } catch let error as HTTPError {
            response = Problem.response(error.status)
        } catch let error as any HTTPResponseError {
            response = try error.response(from: request, context: context)
        } catch {
            context.logger.error("a request failed", metadata: ["error": "\(error)"])
            response = Problem.response(.serviceUnavailable)
        }
        response.headers[.requestID] = "\(context.id)"
        let duration = now() - began
        context.logger.debug(
            "request",
            metadata: [
                "method": "\(request.method.rawValue.prefix(16))", "path": "\(request.uri.path.prefix(128))",
                "status": "\(response.status.code)", "us": "\(Int64(duration / .microseconds(1)))",
            ])
        counts.count(endpoint: context.endpointPath ?? "none", status: response.status.code, took: duration)
        return response
    }
}

/// One counter for each endpoint and status class: labels come from the route table, never from the request's text.
private final class RequestCounts: Sendable {
    private struct Key: Hashable {
        let endpoint: String
        let statusClass: Int
    }

    private let known = Mutex<[Key: (Counter, Timer)]>([:])

    func count(endpoint: String, status: Int, took: Duration) {
        let key = Key(endpoint: endpoint, statusClass: status / 100)
        let (counter, timer) = known.withLock { known in
            if let found = known[key] { return found }
            let counter = Counter(
                label: "tykva_http_requests_total",
                dimensions: [("endpoint", endpoint), ("status", "\(key.statusClass)xx")])
            let timer = Timer(label: "tykva_http_request_seconds", dimensions: [("endpoint", endpoint)])
            known[key] = (counter, timer)
            return (counter, timer)
        }
        counter.increment()
        timer.recordNanoseconds(Int64(took / .nanoseconds(1)))
    }
}
