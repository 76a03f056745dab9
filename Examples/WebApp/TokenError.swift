/// A refusal of the token endpoint (RFC 6749 §5.2).
struct TokenError: Decodable, Sendable {
    let error: String
}
