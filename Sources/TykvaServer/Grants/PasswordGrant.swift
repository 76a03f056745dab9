import Metrics
package import OAuth
package import Secrets
package import Storage

/// RFC 6749 §4.3, for first-party clients only: an unknown user and a wrong password look alike, in words and in time.
package struct PasswordGrant: Sendable {
    private let database: any Database
    private let hasher: PasswordHasher
    private let tokens: TokenIssuer
    private let refreshKeys: RefreshKeys
    private let lifetimes: ServerConfiguration.Lifetimes
    private let events: EventRecorder
    private let succeeded = Counter(label: "tykva_sign_ins_total", dimensions: [("result", "succeeded")])
    private let failed = Counter(label: "tykva_sign_ins_total", dimensions: [("result", "failed")])

    package init(
        _ database: any Database, hasher: PasswordHasher, tokens: TokenIssuer, refreshKeys: RefreshKeys,
        lifetimes: ServerConfiguration.Lifetimes, events: EventRecorder
    ) {
        self.database = database
        self.hasher = hasher
        self.tokens = tokens
        self.refreshKeys = refreshKeys
        self.lifetimes = lifetimes
        self.events = events
    }

    /// - Throws: `invalid_grant` when the pair is wrong; `temporarily_unavailable` when too many are waiting.
    package func answer(
        _ request: PasswordTokenRequest, client: Client, from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> TokenResponse {
        let scope = try request.target.scope(within: client.scope)
        let audience = try request.target.audience(
            granted: [], registered: client.audiences, scope: scope, issuer: tokens.issuer)
        let user = try await checkedUser(request, client: client, from: origin, at: now)
        let signedIn = AccessTokenClaims.Authentication(time: now, methods: ["pwd"])
        let expiry = now + lifetimes.familyAbsolute
        let session = NewSession(
            id: .random(), user: user.id, authentication: signedIn, createdAt: now, expiresAt: expiry,
            holder: origin.holder)
        let familyID = client.grants.contains(.refreshToken) ? FamilyID.random() : nil
        let family = familyID.map { id in
            NewFamily(
                id: id.key, user: user.id, client: client.id, session: session.id, scope: scope,
                resources: request.target.resources, tokenKey: refreshKeys.activeNumber, authentication: signedIn,
                createdAt: now, idleExpiresAt: min(now + lifetimes.familyIdle, expiry), expiresAt: expiry,
                holder: origin.holder)
        }
        let event = Event(
            at: now, type: .signInSucceeded, user: user.id, client: client.id, session: session.id, family: family?.id,
            holder: origin.holder, requestID: origin.requestID)
        guard try await begin(session, family, checked: user.passwordHash, event) else {
            throw Self.refusal("the user was disabled or removed, or has another password now")
        }
        succeeded.increment()
        return try tokens.issue(
            .user(user.id, session.id, signedIn, claims: user.claims.allowed(by: client.claims)), client: client.id,
            scope: scope, audience: audience, at: now, latestExpiry: expiry,
            refreshToken: familyID.flatMap {
                RefreshToken(family: $0, generation: 0, keyNumber: refreshKeys.activeNumber).text(keys: refreshKeys)
            })
    }

    private func begin(
        _ session: NewSession, _ family: NewFamily?, checked hash: String?, _ event: Event
    ) async throws(StorageError) -> Bool {
        do throws(StorageError) {
            return try await database.write { tx throws(StorageError) in
                try tx.begin(session, family, checked: hash, event)
            }
        } catch .constraint(.foreignKey, _) {
            // The client has been removed since it authenticated.
            return false
        }
    }

    /// The user whose password it is. The same work is done whether or not there is one.
    private func checkedUser(
        _ request: PasswordTokenRequest, client: Client, from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> SignInRecord {
        let record: SignInRecord? =
            if let name = try? UserName(request.username) {
                try await database.read { tx throws(StorageError) in try tx.run(.signIn(name: name)) }
            } else {
                nil
            }
        let stored = record?.passwordHash.map(PasswordHash.init(stored:))
        let presented = PresentedPassword(request.password)
        let verdict = try await hasher.verify(presented, against: stored)
        guard case .match(let needsRehash) = verdict, let record, let stored, !record.isDisabled else {
            failed.increment()
            noteFailure(of: record?.id, client: client, from: origin, at: now)
            throw Self.refusal(record == nil ? "unknown user" : "wrong password or disabled user")
        }
        guard needsRehash, let new = await rehash(presented, stored, of: record.id) else { return record }
        return record.with(passwordHash: new)
    }

    /// Stores the password under today's parameters; when that fails, the next sign-in tries again.
    ///
    /// - Returns: The hash that is stored now; nil when it is still the old one, or another password's.
    private func rehash(_ password: PresentedPassword, _ old: PasswordHash, of user: UserID) async -> String? {
        guard let new = try? await hasher.rehash(password) else { return nil }
        let isStored = try? await database.once(.upgradePasswordHash(from: old.stored, to: new.stored, of: user))
        return isStored == true ? new.stored : nil
    }

    /// One event a user and hour: a stranger must not be able to fill the log.
    private func noteFailure(of user: UserID?, client: Client, from origin: RequestOrigin, at now: Milliseconds) {
        guard let user else { return }
        events.note(
            Event(
                at: now, type: .signInFailed, user: user, client: client.id, holder: origin.holder,
                requestID: origin.requestID, onceKey: "sign-in-failed \(user) \(now.seconds / 3600)"))
    }

    private static func refusal(_ reason: String) -> OAuthError {
        .invalidGrant("user name or password is wrong", reason: reason)
    }
}
