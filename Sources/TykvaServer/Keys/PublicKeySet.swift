import Crypto
import OAuth
import StrictFormats

/// The public key set (RFC 7517 §5) as bytes, with its entity tag.
package struct PublicKeySet: Sendable {
    package let json: [UInt8]
    package let entityTag: String

    init(_ keys: [PublicKey]) {
        json = JSONValue.object(JSONObject([("keys", .array(keys.map { .object($0.jwk) }))])).encoded()
        entityTag = "\"" + Base64URL.encode(Array(SHA256.hash(data: json).prefix(16))) + "\""
    }
}
