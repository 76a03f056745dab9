import StrictFormats

/// What the claims of a token give away.
enum ClaimWarnings {
    /// An access token cannot be called back: what is stolen works until it expires.
    private static let longLifeSeconds = 3_600.0
    /// The issuer's clock may be ahead of this one.
    private static let clockSkewSeconds = 60.0
    private static let timeNames = ["iat", "nbf", "auth_time", "exp"]
    /// RFC 7519 §2 leaves NumericDate open; beyond 2⁵³ a reader's arithmetic decides.
    private static let timeBounds = 0...9_007_199_254_740_992.0

    static func of(_ claims: InspectedPart, now: Milliseconds) -> [TokenWarning] {
        guard let object = claims.value else {
            return claims.text.map { SensitiveContents.warnings(inUnreadable: $0) } ?? []
        }
        var warnings = lifeWarnings(object, now: now)
        if object["iss"]?.stringValue?.isEmpty ?? true {
            warnings.append(TokenWarning(.noIssuer, at: "claims.iss", "the token does not say who issued it"))
        }
        if !hasAudience(object["aud"]) {
            let sentence = "the token does not say for whom it is: every service may take it"
            warnings.append(TokenWarning(.noAudience, at: "claims.aud", sentence))
        }
        var contents = SensitiveContents(now: now)
        contents.search(object)
        return warnings + contents.warnings
    }

    static func times(_ claims: JSONObject?) -> [TokenInspection.Time] {
        timeNames.compactMap { name in
            guard let seconds = seconds(claims?[name]) else { return nil }
            return TokenInspection.Time(claim: name, instant: Milliseconds(Int64(seconds * 1_000)))
        }
    }

    private static func lifeWarnings(_ claims: JSONObject, now: Milliseconds) -> [TokenWarning] {
        var warnings: [TokenWarning] = []
        for name in timeNames where claims[name] != nil && seconds(claims[name]) == nil {
            let sentence = "it is not a time: a number of seconds since 1970, 0 to 2⁵³"
            warnings.append(TokenWarning(.malformedTime, at: "claims.\(name)", sentence))
        }
        guard claims["exp"] != nil else {
            return warnings + [TokenWarning(.noExpiry, at: "claims.exp", "the token never expires")]
        }
        guard let expiry = seconds(claims["exp"]) else { return warnings }
        let rest = expiry - Double(now.value) / 1_000
        let life = seconds(claims["iat"]).map { expiry - $0 } ?? rest
        guard life > longLifeSeconds || rest > longLifeSeconds + clockSkewSeconds else { return warnings }
        let sentence = "the token lives \(spoken(max(life, rest))): a stolen one works as long"
        return warnings + [TokenWarning(.longLife, at: "claims.exp", sentence)]
    }

    private static func seconds(_ value: JSONValue?) -> Double? {
        guard let seconds = value?.doubleValue, timeBounds.contains(seconds) else { return nil }
        return seconds
    }

    private static func spoken(_ seconds: Double) -> String {
        if seconds < 2 * 86_400 { return "\((seconds / 3_600 * 10).rounded() / 10) hours" }
        return "\(Int64(seconds / 86_400)) days"
    }

    private static func hasAudience(_ value: JSONValue?) -> Bool {
        switch value {
        case .string(let audience): !audience.isEmpty
        case .array(let audiences): audiences.contains { $0.stringValue?.isEmpty == false }
        default: false
        }
    }
}
