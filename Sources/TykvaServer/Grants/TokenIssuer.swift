package import OAuth
import Secrets

/// Makes access tokens: claims in, a signed JWT out.
package struct TokenIssuer: Sendable {
    package let issuer: Issuer
    private let keys: KeyRing
    private let lifetime: Duration

    package init(issuer: Issuer, keys: KeyRing, lifetime: Duration) {
        self.issuer = issuer
        self.keys = keys
        self.lifetime = lifetime
    }

    /// - Parameters:
    ///   - latestExpiry: An access token never outlives its family.
    ///   - refreshToken: Goes into the answer beside it.
    /// - Throws: `temporarily_unavailable` when there is no active key.
    package func issue(
        _ subject: AccessTokenClaims.Subject, client: ClientID, scope: Scope, audience: Audience, at now: Milliseconds,
        latestExpiry: Milliseconds? = nil, refreshToken: String? = nil
    ) throws -> TokenResponse {
        guard let key = keys.current.active(at: now) else {
            throw OAuthError.temporarilyUnavailable(
                reason: "no active signing key", retryAfter: Limits.storageRetrySeconds)
        }
        let expiry = min(now + lifetime, latestExpiry ?? now + lifetime)
        let claims = AccessTokenClaims(
            issuer: issuer, subject: subject, audience: audience, client: client, scope: scope, issuedAt: now,
            expiresAt: expiry, tokenID: Self.randomTokenID())
        return TokenResponse(
            accessToken: try key.sign(claims), expiresIn: max(0, expiry.seconds - now.seconds),
            refreshToken: refreshToken, scope: scope)
    }

    /// 128 random bits as hexadecimal digits.
    private static func randomTokenID() -> String {
        var generator = SystemRandomNumberGenerator()
        let value = (
            UInt64.random(in: .min ... .max, using: &generator), UInt64.random(in: .min ... .max, using: &generator)
        )
        return hexadecimal(value.0) + hexadecimal(value.1)
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
