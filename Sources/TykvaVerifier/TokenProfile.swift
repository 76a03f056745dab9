import StrictFormats

/// What kind of token a verifier takes: its `typ`, the claims that it must have and those that it may not have.
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

    /// ID tokens of OpenID Connect Core §2; ``IDTokenVerifier`` adds what depends on the request.
    ///
    /// Their `typ` is `JWT`, or nothing at issuers that write none. `events` marks a logout token of an issuer that
    /// does not type it (Back-Channel Logout §2.4).
    static let idToken = TokenProfile(
        types: ["JWT"], isTypeRequired: false,
        required: [("sub", .text), ("iat", .time)],
        optional: [
            ("nbf", .time), ("auth_time", .time), ("nonce", .text), ("azp", .text), ("at_hash", .text), ("sid", .text),
            ("acr", .text), ("amr", .texts),
        ],
        forbidden: ["events"])

    /// Logout tokens of OpenID Connect Back-Channel Logout 1.0 §2.4; a nonce is forbidden, so that no ID token passes.
    static let logoutToken = TokenProfile(
        types: ["logout+jwt", "application/logout+jwt"],
        required: [("jti", .text), ("iat", .time), ("events", .object)],
        optional: [("nbf", .time), ("sub", .text), ("sid", .text)],
        forbidden: ["nonce"])

    enum ClaimType: Sendable, Hashable {
        case text, texts, time, object
    }

    struct Claim: Sendable, Hashable {
        let name: String
        let type: ClaimType
        let isRequired: Bool
    }

    /// The accepted values of `typ`; the first is the usual one.
    let types: [String]

    /// Whether a token without `typ` is refused.
    let isTypeRequired: Bool

    /// The claims whose presence and type are checked, besides `iss`, `aud` and `exp`, which always are.
    let claims: [Claim]

    /// The claims that only another kind of token has.
    let forbidden: [String]

    private init(
        types: [String], isTypeRequired: Bool = true, required: [(String, ClaimType)],
        optional: [(String, ClaimType)], forbidden: [String] = []
    ) {
        self.types = types
        self.isTypeRequired = isTypeRequired
        self.claims =
            required.map { Claim(name: $0.0, type: $0.1, isRequired: true) }
            + optional.map { Claim(name: $0.0, type: $0.1, isRequired: false) }
        self.forbidden = forbidden
    }
}
