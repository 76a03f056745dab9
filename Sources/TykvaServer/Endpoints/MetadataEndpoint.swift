import Crypto
import Hummingbird
import OAuth
import StrictFormats

/// What the issuer says of itself (RFC 8414 §3, OIDC Discovery §4); the issuer decides every address, no header does.
struct MetadataEndpoint: Sendable {
    private let json: [UInt8]
    private let entityTag: String

    init(_ metadata: ServerMetadata) {
        json = metadata.json.encoded()
        entityTag = "\"" + Base64URL.encode(Array(SHA256.hash(data: json).prefix(16))) + "\""
    }

    func answer(_ request: Request) -> Response {
        CachedDocument.response(json, entityTag: entityTag, to: request)
    }
}
