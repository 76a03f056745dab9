import StrictFormats

/// Recognises a JWK with its private or symmetric part (RFC 7518 §6.2.2, §6.3.2, §6.4).
enum PrivateJWK {
    static func isOne(_ object: JSONObject) -> Bool {
        object["kty"]?.stringValue != nil && ["d", "k", "p", "priv"].contains { object[$0]?.stringValue != nil }
    }
}
