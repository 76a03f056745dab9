import HTTPTypes
import Hummingbird
import NIOCore

/// A page for people, a problem for programs.
enum NotFound {
    private static let page = """
        <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Not found</title></head>\
        <body><h1>Not found</h1><p>There is no page at this address.</p></body></html>
        """

    static func response(to request: Request) -> Response {
        guard request.headers[values: .accept].contains(where: { $0.contains("text/html") }) else {
            return Problem.response(.notFound)
        }
        return Response(
            status: .notFound,
            headers: [.contentType: "text/html; charset=utf-8", .contentSecurityPolicy: "default-src 'none'"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
    }
}
