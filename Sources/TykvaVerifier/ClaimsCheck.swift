import StrictFormats

/// Steps 5 and 6 of the checks: the claims of a token whose signature is good.
///
/// RFC 9068 §4 and RFC 7519 §4.1; strings are compared byte for byte.
/// https://www.rfc-editor.org/rfc/rfc9068.html#section-4
struct ClaimsCheck: Sendable {
    let issuer: String
    let audience: String
    let profile: TokenProfile
    let clockSkewSeconds: Int

    /// Integers above this are rounded when they are read as a `Double`.
    private static let latestTime: Int64 = 1 << 53

    /// Reads and checks the claims at the time `now`, in seconds since 1970.
    func check(_ payload: [UInt8], now: Double) throws(TokenVerificationError) -> CheckedClaims {
        let claims: JSONMembers
        do {
            claims = try JSONMembers(parsing: payload, limits: .token)
        } catch {
            throw TokenVerificationError(.claimsJSON, "in the claims \(error)")
        }
        guard claims.string("iss", equals: issuer) else {
            let found = claims.string("iss").map(TokenVerificationError.shown) ?? "missing or no text"
            throw TokenVerificationError(.issuer, "iss is \(found)")
        }
        try checkAudience(claims)
        guard let expiry = try time("exp", in: claims) else {
            throw TokenVerificationError(.claims, "exp is missing")
        }
        let checked = CheckedClaims(
            members: claims, expiry: expiry, notBefore: try time("nbf", in: claims),
            issued: try time("iat", in: claims))
        try checkTimes(checked, now: now)
        for claim in profile.claims { try check(claim, in: claims) }
        for name in profile.forbidden where claims.kind(name) != nil {
            throw TokenVerificationError(.forbiddenClaim, "the token has \(name), so it is of another kind")
        }
        guard claims.kind("cnf") == nil else {
            throw TokenVerificationError(.confirmation, "the token is bound to a key (cnf), and came as a bearer token")
        }
        return checked
    }

    /// What must be looked at again whenever a token that was checked before is used.
    func checkTimes(_ claims: CheckedClaims, now: Double) throws(TokenVerificationError) {
        let skew = Double(clockSkewSeconds)
        guard now < claims.expiry + skew else {
            throw refusal(.expiry, "exp", claims.expiry, now, "has passed")
        }
        if let notBefore = claims.notBefore, notBefore > now + skew {
            throw refusal(.notBefore, "nbf", notBefore, now, "is to come")
        }
        if let issued = claims.issued, issued > now + skew {
            throw refusal(.issuedAt, "iat", issued, now, "is to come")
        }
    }

    private func checkAudience(_ claims: JSONMembers) throws(TokenVerificationError) {
        if claims.string("aud", equals: audience) { return }
        switch claims.value("aud") {
        case .string(let other):
            throw TokenVerificationError(.audience, "aud is \(TokenVerificationError.shown(other))")
        case .array(let values):
            guard values.allSatisfy({ $0.stringValue != nil }) else {
                throw TokenVerificationError(.audience, "aud has an element that is no text")
            }
            guard values.contains(.string(audience)) else {
                let shown = values.prefix(4).compactMap(\.stringValue).map(TokenVerificationError.shown)
                throw TokenVerificationError(.audience, "aud has \(shown.joined(separator: ", "))")
            }
        default:
            throw TokenVerificationError(.audience, "aud is missing or of the wrong type")
        }
    }

    /// A time in seconds since 1970 (RFC 7519 §2, NumericDate): an integer or a fraction, 0…2⁵³.
    private func time(_ name: String, in claims: JSONMembers) throws(TokenVerificationError) -> Double? {
        switch claims.kind(name) {
        case nil: return nil
        case .integer:
            if let time = claims.integer(name), (0...Self.latestTime).contains(time) { return Double(time) }
        default:
            // A fraction may have been rounded up to the latest time.
            if let time = claims.double(name), time >= 0, time < Double(Self.latestTime) { return time }
        }
        throw TokenVerificationError(.claims, "\(name) is no time")
    }

    private func check(_ claim: TokenProfile.Claim, in claims: JSONMembers) throws(TokenVerificationError) {
        guard let kind = claims.kind(claim.name) else {
            guard !claim.isRequired else { throw TokenVerificationError(.claims, "\(claim.name) is missing") }
            return
        }
        let isGood =
            switch claim.type {
            case .text: kind == .string && !(claim.isRequired && claims.string(claim.name, equals: ""))
            case .texts: kind == .stringArray
            case .time: try time(claim.name, in: claims) != nil
            case .object: kind == .object
            }
        guard isGood else { throw TokenVerificationError(.claims, "\(claim.name) is empty or has the wrong type") }
    }

    private func refusal(
        _ check: TokenVerificationError.Check, _ name: String, _ limit: Double, _ now: Double, _ what: String
    ) -> TokenVerificationError {
        let difference = TimeText.seconds(abs(now - limit))
        return TokenVerificationError(
            check,
            "\(name) \(what): \(name) is \(TimeText.utc(limit)), the verifier's time \(TimeText.utc(now)), "
                + "the difference \(difference) s, the skew allowed \(clockSkewSeconds) s")
    }
}
