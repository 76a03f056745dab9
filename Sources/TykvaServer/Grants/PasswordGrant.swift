package import OAuth
import Secrets
package import Storage

/// RFC 6749 §4.3, for first-party clients only: an unknown user and a wrong password look alike, in words and in time.
package struct PasswordGrant: Sendable {
    private let database: any Database
    private let passwords: PasswordCheck
    private let tokens: TokenIssuer
    private let idTokens: IDTokenSource
    private let refreshKeys: RefreshKeys
    private let lifetimes: ServerConfiguration.Lifetimes

    package init(
        _ database: any Database, passwords: PasswordCheck, tokens: TokenIssuer, refreshKeys: RefreshKeys,
        lifetimes: ServerConfiguration.Lifetimes
    ) {
        self.database = database
        idTokens = IDTokenSource(database)
        self.passwords = passwords
        self.tokens = tokens
        self.refreshKeys = refreshKeys
        self.lifetimes = lifetimes
    }

    /// - Throws: `invalid_grant` when the pair is wrong; `GuessRefusal` after too many wrong ones;
    ///   `temporarily_unavailable` when too many are waiting.
    package func answer(
        _ request: PasswordTokenRequest, client: Client, from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> TokenResponse {
        let scope = try request.target.scope(within: client.scope)
        let audience = try request.target.audience(
            granted: [], registered: client.audiences, scope: scope, issuer: tokens.issuer)
        let checked = try await passwords.user(
            named: request.username, password: request.password, client: client.id, from: origin, at: now)
        let user = checked.record
        let signedIn = AccessTokenClaims.Authentication(time: now, methods: ["pwd"])
        let expiry = now + lifetimes.familyAbsolute
        let session = NewSession(
            id: .random(), user: user.id, authentication: signedIn, createdAt: now, expiresAt: expiry,
            holder: origin.holder)
        // Without a refresh token too: so it is known which applications are in a session.
        let familyID = FamilyID.random()
        let family = NewFamily(
            id: familyID.key, user: user.id, client: client.id, session: session.id, scope: scope,
            resources: request.target.resources, tokenKey: refreshKeys.activeNumber, authentication: signedIn,
            createdAt: now, idleExpiresAt: min(now + lifetimes.familyIdle, expiry), expiresAt: expiry,
            holder: origin.holder)
        let event = Event(
            at: now, type: .signInSucceeded, user: user.id, client: client.id, session: session.id, family: family.id,
            holder: origin.holder, requestID: origin.requestID)
        guard try await begin(session, family, checked, event) else {
            throw PasswordCheck.refusal("the user was disabled or removed, or has another password now")
        }
        passwords.countSuccess()
        return try tokens.issue(
            .user(user.id, session.id, signedIn, claims: user.claims.allowed(by: client.claims)), client: client.id,
            scope: scope, audience: audience, family: family.id, at: now, latestExpiry: expiry,
            idToken: try await idTokens.contents(of: user.id, scope: scope, client: client),
            refreshToken: client.grants.contains(.refreshToken) ? refreshToken(familyID) : nil)
    }

    private func refreshToken(_ family: FamilyID) -> String? {
        RefreshToken(family: family, generation: 0, keyNumber: refreshKeys.activeNumber).text(keys: refreshKeys)
    }

    private func begin(
        _ session: NewSession, _ family: NewFamily, _ user: CheckedUser, _ event: Event
    ) async throws(StorageError) -> Bool {
        do throws(StorageError) {
            return try await database.writeAgain { [issuer = tokens.issuer] tx throws(StorageError) in
                try tx.mustBelong(to: issuer)
                guard try tx.begin(session, family, checked: user.record.passwordHash, event) else { return false }
                try tx.forgetGuesses(user.pastGuesses)
                return true
            }
        } catch .constraint(.foreignKey, _) {
            // The client has been removed since it authenticated.
            return false
        }
    }
}
