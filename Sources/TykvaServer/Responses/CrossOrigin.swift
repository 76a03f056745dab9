import HTTPTypes
import Hummingbird
import OAuth

/// CORS for browsers' own applications (design: the preflight allows any registered origin, the answer only the
/// client's own): never with credentials, so a cookie is of no use to another site.
enum CrossOrigin {
    /// Lets a page of the client read an answer. https://fetch.spec.whatwg.org/#http-access-control-allow-origin
    static func allow(_ response: inout Response, _ request: Request, _ client: Client?) {
        guard let origin = request.headers[.origin] else { return }
        response.headers[values: .vary].append("Origin")
        guard let client, client.origins.contains(origin) else { return }
        response.headers[.accessControlAllowOrigin] = origin
    }

    /// The answer to `OPTIONS`.
    static func preflight(_ request: Request, clients: ClientDirectory) async -> Response {
        var response = Response(status: .noContent, headers: [.vary: "Origin", .allow: "GET, POST"])
        guard let origin = request.headers[.origin], let origins = try? await clients.origins(),
            origins.contains(origin)
        else { return response }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlAllowMethods] = "GET, POST"
        response.headers[.accessControlAllowHeaders] = "Authorization, Content-Type"
        response.headers[.accessControlMaxAge] = "600"
        return response
    }
}

extension Client {
    /// Where the pages of an application in a browser come from: the origins of its redirect URIs.
    var origins: Set<String> {
        Set(
            redirectURIs.compactMap { ValidatedRedirectURI($0.text, among: redirectURIs)?.formActionSource }.filter {
                $0.hasPrefix("http")
            })
    }
}
