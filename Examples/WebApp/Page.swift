import HTTPTypes
import Hummingbird

/// A small page.
struct Page: Sendable {
    let title: String

    /// HTML in which everything that came from elsewhere is escaped.
    let body: String

    static let signedOut = Page(title: "Signed out", body: #"<p>You are signed out. <a href="/">Start again</a></p>"#)

    static func refused(_ text: String) -> Page {
        Page(title: "That did not work", body: #"<p>\#(escaped(text))</p><p><a href="/sign-in">Sign in again</a></p>"#)
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }

    /// - Parameter formOrigin: Another origin to which a form of the page leads, if only by a redirect.
    func response(_ status: HTTPResponse.Status = .ok, formOrigin: String = "") -> Response {
        let html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(Self.escaped(title))</title></head>
            <body><main><h1>\(Self.escaped(title))</h1>\(body)</main></body></html>

            """
        let policy =
            "default-src 'none'; form-action 'self' \(formOrigin); frame-ancestors 'none'; base-uri 'none'"
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .contentSecurityPolicy: policy,
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}
