import Crypto
package import StrictFormats

/// The name of a key that follows from the key itself (RFC 7638).
package enum KeyThumbprint {
    /// The members of each type that the thumbprint covers, in the order of their names (RFC 7638 §3.2, RFC 8037 §2,
    /// RFC 9964).
    private static let members = [
        "EC": ["crv", "kty", "x", "y"], "RSA": ["e", "kty", "n"], "OKP": ["crv", "kty", "x"],
        "AKP": ["alg", "kty", "pub"],
    ]

    /// - Returns: Nil when a member is missing, or the type is none of ours.
    package static func of(_ jwk: JSONObject) -> KeyID? {
        guard let type = jwk["kty"]?.stringValue, let names = members[type] else { return nil }
        var covered: [(String, JSONValue)] = []
        for name in names {
            guard let value = jwk[name], value.stringValue != nil else { return nil }
            covered.append((name, value))
        }
        return KeyID(Base64URL.encode(Array(SHA256.hash(data: JSONObject(covered).encoded()))))
    }
}
