import OAuth
import StrictFormats

/// A token made for inspection: nothing in it is signed.
struct PlantedToken {
    static let now = Milliseconds(1_790_000_000_000)
    static let issuedAt = now.seconds - 60

    /// 64 bytes, as an ES256 signature has.
    var signature = [UInt8](repeating: 0xA5, count: 64)
    var header: JSONObject = ["alg": "ES256", "typ": "at+jwt", "kid": "2026-11-a"]
    var claims: JSONObject = [
        "iss": "https://auth.example.com", "sub": "usr_5XGqJQzN2vKc8mYp1RtWbA", "aud": "https://api.example.com",
        "exp": .integer(issuedAt + 300), "iat": .integer(issuedAt), "jti": "8J3c0nqWmE2s7uYz5kXvTA",
        "client_id": "webshop", "scope": "openid email phone offline_access orders:read",
        "sid": "ses_0bVtQmXw3e5r7y9u1i2o4p", "auth_time": .integer(issuedAt - 7_200), "amr": ["pwd", "otp"],
        "acr": "urn:example:loa:2", "name": "Ada Lovelace", "preferred_username": "ada",
        "roles": ["admin", "password-admin"],
        "groups": ["team-4200000000000001"],
    ]

    func with(_ name: String, _ value: JSONValue?) -> PlantedToken {
        var other = self
        other.claims[name] = value
        return other
    }

    func withHeader(_ name: String, _ value: JSONValue?) -> PlantedToken {
        var other = self
        other.header[name] = value
        return other
    }

    var text: String { Self.text(header: header.encoded(), claims: claims.encoded(), signature: signature) }

    static func text(header: [UInt8], claims: [UInt8], signature: [UInt8]) -> String {
        [header, claims, signature].map { Base64URL.encode($0) }.joined(separator: ".")
    }

    var inspection: TokenInspection { TokenInspection(of: text, now: Self.now) }

    /// What is found, as `path code`.
    var findings: [String] { inspection.findings }
}

extension TokenInspection {
    var findings: [String] { warnings.map { $0.path.isEmpty ? $0.code.rawValue : "\($0.path) \($0.code.rawValue)" } }
}
