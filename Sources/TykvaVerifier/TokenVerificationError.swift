/// Why a token was refused: one face for the caller, a precise reason for the log.
///
/// Every refusal looks the same from outside (RFC 6750 §3.1, `invalid_token`), so that a stranger learns nothing from
/// it. ``check`` and ``reason`` are for the log; they never contain the token or a secret.
public struct TokenVerificationError: Error, Sendable, CustomStringConvertible {
    /// The check that refused, in the order in which they are made.
    public enum Check: String, Sendable, Hashable, CaseIterable {
        /// Step 1: the token is longer than 8 KiB.
        case size
        /// Step 1: it has not exactly three parts, or an empty one.
        case parts
        /// Step 1: a part is not canonical base64url.
        case encoding
        /// Step 2: the header is not a JSON object with distinct members.
        case headerJSON
        /// Step 2: `alg` is not an accepted one.
        case algorithm
        /// Step 2: `typ` is another kind of token, or missing.
        case type
        /// Step 2: `crit` is present.
        case critical
        /// Step 2: the header brings a key, a place to fetch one, or changes what is signed.
        case headerKey
        /// Step 3: `kid` is missing or not a string.
        case keyID
        /// Step 3: no usable key of the issuer has this `kid`.
        case unknownKey
        /// Step 3: the key is for another algorithm.
        case keyAlgorithm
        /// Step 3: the issuer's keys cannot be had just now. Not the token's fault: answer 503.
        case keysUnavailable
        /// Step 4: the signature is wrong.
        case signature
        /// Step 5: the claims are not a JSON object with distinct members.
        case claimsJSON
        /// Step 5: `iss` is not our issuer.
        case issuer
        /// Step 5: `aud` does not contain us.
        case audience
        /// Step 5: `exp` has passed.
        case expiry
        /// Step 5: `nbf` is in the future.
        case notBefore
        /// Step 5: `iat` is in the future.
        case issuedAt
        /// Step 5: a claim is missing or has the wrong type.
        case claims
        /// Step 5: a claim is there that only another kind of token has.
        case forbiddenClaim
        /// Step 6: the token is bound to a key (`cnf`) whose possession this verifier cannot check.
        case confirmation
        /// Step 6: the application's own hook says that the token was revoked.
        case revoked
        /// ID tokens: `azp` is another client, or missing beside several audiences.
        case authorizedParty
        /// ID tokens: `nonce` is not the one of the request.
        case nonce
        /// ID tokens: a refreshed one is of another person or another sign-in than the first.
        case refreshedIdentity
        /// ID tokens: the sign-in is older than the request allowed, or its time is missing.
        case authenticationTime
        /// ID tokens: `at_hash` does not belong to the access token, or is missing.
        case accessTokenHash
        /// Logout tokens: `events` does not say that this is a logout.
        case events
        /// Logout tokens: neither `sub` nor `sid` says whose.
        case logoutTarget
    }

    /// Which check refused.
    public let check: Check

    /// What exactly was wrong, for the log only.
    public let reason: String

    /// Seconds after which asking again makes sense; only with ``Check/keysUnavailable``.
    public let retryAfterSeconds: Int?

    init(_ check: Check, _ reason: String, retryAfterSeconds: Int? = nil) {
        self.check = check
        self.reason = reason
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The error code for the challenge: `invalid_token`, or nil when the token is not to blame.
    public var code: String? {
        check == .keysUnavailable ? nil : "invalid_token"
    }

    /// A constant sentence that may be shown to anybody.
    public var publicDescription: StaticString {
        check == .keysUnavailable
            ? "The keys of the issuer cannot be had at the moment." : "The token is not valid."
    }

    /// The check and the reason, for the log only.
    public var description: String {
        "\(check.rawValue): \(reason)"
    }
}

extension TokenVerificationError {
    /// A text from a token as it may stand in a log: printable ASCII, at most 64 characters.
    static func shown(_ text: String) -> String {
        let start = text.utf8.prefix(65)
        guard start.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }) else { return "(not printable)" }
        return start.count == 65 ? "\"\(String(decoding: start.prefix(64), as: UTF8.self))\"…" : "\"\(text)\""
    }
}
