import StrictFormats

/// A JWT taken apart without trust, for the page to show.
struct ReadToken: Sendable {
    let header: JSONObject
    let claims: JSONObject

    init?(_ token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]) else {
            return nil
        }
        self.header = header
        self.claims = claims
    }

    /// `exp`, in seconds since 1970.
    var expiry: Int64? { claims["exp"]?.integerValue }
    var issuedAt: Int64? { claims["iat"]?.integerValue }

    private static func object(_ part: Substring) -> JSONObject? {
        guard let bytes = Base64URL.decode(part) else { return nil }
        return try? JSONValue(parsing: bytes, limits: .token).objectValue
    }
}
