import HTTPTypes
import Hummingbird

/// A page for people, a problem for programs.
struct NotFound: Sendable {
    private let pages: PageRenderer

    init(_ pages: PageRenderer) {
        self.pages = pages
    }

    func response(to request: Request, requestID: String) -> Response {
        guard request.headers[values: .accept].contains(where: { $0.contains("text/html") }) else {
            return Problem.response(.notFound)
        }
        return pages.response(ErrorPage(.notFound, requestID: requestID), in: .of(request.headers))
    }
}
