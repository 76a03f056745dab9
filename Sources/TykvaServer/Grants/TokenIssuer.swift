package import OAuth
import Secrets
package import Storage

/// Makes access tokens: claims in, a signed JWT out.
package struct TokenIssuer: Sendable {
    package let issuer: Issuer
    private let database: any Database
    private let keys: KeyRing
    private let secrets: SecretRing
    private let lifetime: Duration

    package init(
        _ database: any Database, issuer: Issuer, keys: KeyRing, secrets: SecretRing, lifetime: Duration
    ) {
        self.database = database
        self.issuer = issuer
        self.keys = keys
        self.secrets = secrets
        self.lifetime = lifetime
    }

    /// - Parameters:
    ///   - family: What a person's token hangs on; nil for a client's own.
    ///   - latestExpiry: An access token never outlives its family.
    ///   - idToken: What an ID token beside it says; nil for none.
    ///   - refreshToken: Goes into the answer beside it.
    /// - Throws: `temporarily_unavailable` when there is no active key.
    package func issue(
        _ subject: AccessTokenClaims.Subject, client: ClientID, scope: Scope, audience: Audience, family: FamilyKey?,
        at now: Milliseconds, latestExpiry: Milliseconds? = nil, idToken: IDTokenContents? = nil,
        refreshToken: String? = nil
    ) throws -> TokenResponse {
        let key = try signingKey(at: now)
        let expiry = min(now + lifetime, latestExpiry ?? now + lifetime)
        let claims = AccessTokenClaims(
            issuer: issuer, subject: subject, audience: audience, client: client, scope: scope, issuedAt: now,
            expiresAt: expiry, tokenID: AccessTokenID(family: family))
        let accessToken = try key.sign(.accessToken, claims.json())
        return TokenResponse(
            accessToken: accessToken, expiresIn: max(0, expiry.seconds - now.seconds),
            idToken: try idToken.flatMap { try self.idToken($0, beside: accessToken, claims, key) },
            refreshToken: refreshToken, scope: scope)
    }

    /// OIDC Core §3.1.3.3: of the same person, session and lifetime as the access token.
    private func idToken(
        _ contents: IDTokenContents, beside accessToken: String, _ claims: AccessTokenClaims, _ key: SigningKey
    ) throws -> String? {
        guard case .user(let user, let session, let authentication, _) = claims.subject else { return nil }
        let claims = IDTokenClaims(
            issuer: issuer, user: user, client: claims.client, session: session, authentication: authentication,
            nonce: contents.nonce, issuedAt: claims.issuedAt, expiresAt: claims.expiresAt, accessToken: accessToken,
            algorithm: key.algorithm, members: contents.members)
        return try key.sign(.idToken, claims.json())
    }

    /// A logout token (OIDC Back-Channel Logout §2.4).
    ///
    /// - Throws: `temporarily_unavailable` when there is no active key.
    package func logoutToken(
        for user: UserID, _ session: SessionID, client: ClientID, at now: Milliseconds
    ) throws -> String {
        let key = try signingKey(at: now)
        let claims = LogoutTokenClaims(
            issuer: issuer, user: user, client: client, session: session, tokenID: Self.randomTokenID(), issuedAt: now)
        return try key.sign(.logoutToken, claims.json())
    }

    private func signingKey(at now: Milliseconds) throws -> SigningKey {
        guard let key = keys.current.active(at: now) else {
            throw OAuthError.temporarilyUnavailable(
                reason: "no active signing key", retryAfter: Limits.storageRetrySeconds)
        }
        return key
    }

    /// Reads the signing keys and which master secret is active again when storage has not confirmed them lately:
    /// whoever asks for a token does so first, before anything is written.
    ///
    /// - Throws: `temporarily_unavailable` when this node cannot read the active secret.
    package func prepare() async throws {
        try await prepareToSign()
        guard secrets.current.canMake else {
            throw OAuthError.temporarilyUnavailable(
                reason: "this node cannot read the active master secret", retryAfter: Limits.storageRetrySeconds)
        }
    }

    /// The same for what needs a signature alone, and no refresh token.
    func prepareToSign() async throws(StorageError) {
        // First, since keys may be sealed with a secret that was activated meanwhile.
        try await secrets.renewWhenOld(database)
        try await keys.renewWhenOld()
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
