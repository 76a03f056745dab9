import StrictFormats

/// What kind of token a verifier takes: its `typ` and the claims that it must have.
///
/// A token of another kind of the same issuer is refused (RFC 8725 §3.11, §3.12).
public struct TokenProfile: Sendable, Hashable {
    /// JWT access tokens of RFC 9068, as bearer tokens.
    public static let accessToken = TokenProfile(
        types: ["at+jwt", "application/at+jwt"],
        required: [("sub", .text), ("client_id", .text), ("jti", .text), ("iat", .time)],
        optional: [
            ("nbf", .time), ("auth_time", .time), ("sid", .text), ("scope", .text), ("acr", .text), ("amr", .texts),
        ])

    enum ClaimType: Sendable, Hashable {
        case text, texts, time
    }

    struct Claim: Sendable, Hashable {
        let name: String
        let type: ClaimType
        let isRequired: Bool
    }

    /// The accepted values of `typ`; the first is the usual one.
    let types: [String]

    /// The claims whose presence and type are checked, besides `iss`, `aud` and `exp`, which always are.
    let claims: [Claim]

    private init(types: [String], required: [(String, ClaimType)], optional: [(String, ClaimType)]) {
        self.types = types
        self.claims =
            required.map { Claim(name: $0.0, type: $0.1, isRequired: true) }
            + optional.map { Claim(name: $0.0, type: $0.1, isRequired: false) }
    }
}
