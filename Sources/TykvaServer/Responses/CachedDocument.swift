import HTTPTypes
import Hummingbird
import OAuth

/// A public document that verifiers and clients fetch: cached, revalidated by entity tag, readable by any web page.
enum CachedDocument {
    /// JWKS and metadata max-age (docs/keys.md), in seconds: verifiers ask again after so long.
    static let maximumAge = Int(KeyTimes.keySetMaxAge.components.seconds)

    static func response(_ json: [UInt8], entityTag: String, maximumAge: Int = maximumAge, to request: Request)
        -> Response
    {
        var response = JSONResponse.response(json)
        let sent = request.headers[.ifNoneMatch]?.split(separator: ",") ?? []
        let tags = sent.map { $0.drop(while: \.isWhitespace) }.map { $0.hasPrefix("W/") ? $0.dropFirst(2) : $0 }
        if tags.contains(where: { $0 == entityTag || $0 == "*" }) {
            response = Response(status: .notModified)
        }
        response.headers[.cacheControl] = "public, max-age=\(maximumAge)"
        response.headers[.eTag] = entityTag
        response.headers[.accessControlAllowOrigin] = "*"
        return response
    }
}
