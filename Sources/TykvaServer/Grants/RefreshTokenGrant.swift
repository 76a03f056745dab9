import Metrics
package import OAuth
package import Storage

/// RFC 6749 §6 by the state machine of docs/refresh.md: the blind rotation first, the decision when it touches no row.
package struct RefreshTokenGrant: Sendable {
    private let database: any Database
    private let tokens: TokenIssuer
    private let idTokens: IDTokenSource
    private let secrets: SecretRing
    private let configuration: ServerConfiguration
    private let clock: DeploymentClock
    private let rotations = RecentRotations()
    private let epoch: RestoreEpoch
    private let events: RefreshEvents
    private let counts: RefreshCounts

    package init(
        _ database: any Database, tokens: TokenIssuer, secrets: SecretRing, configuration: ServerConfiguration,
        clock: DeploymentClock, epoch: RestoreEpoch, events: EventRecorder, tally: RefreshTally
    ) {
        self.database = database
        self.tokens = tokens
        idTokens = IDTokenSource(database)
        self.secrets = secrets
        self.configuration = configuration
        self.clock = clock
        self.epoch = epoch
        self.events = RefreshEvents(events)
        counts = RefreshCounts(tally)
    }

    /// - Throws: `invalid_grant` for rows 1 to 4 and 7, in the same words; `invalid_scope`, `invalid_target`.
    package func answer(
        _ request: RefreshTokenRequest, client: Client, from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> TokenResponse {
        guard let token = try secrets.refreshToken(request.token) else {
            counts.countGarbage()
            throw Self.refusal("no token of ours")
        }
        let use = RefreshUse(
            family: token.family.key, generation: token.generation, key: token.keyNumber,
            caller: RefreshCaller(client: client.id, holder: origin.holder),
            newKey: secrets.current.refreshKeys.activeNumber, now: now,
            newIdleExpiry: now + configuration.lifetimes.familyIdle)
        // A narrowed answer is checked before anything is written; a family's scope and audience never change.
        if !request.target.asksForNothing { try await check(request.target, use, client: client, origin) }
        if let family = try await database.once(.rotate(use)) {
            return try await rotated(family, token, use, request.target, client: client, origin)
        }
        return try await decided(token, use, request.target, client: client, origin)
    }

    /// Rows 2 to 8, in one transaction.
    private func decided(
        _ token: RefreshToken, _ first: RefreshUse, _ target: TokenTarget, client: Client, _ origin: RequestOrigin
    ) async throws -> TokenResponse {
        let (use, outcome) = try await database.writeAgain { tx throws(StorageError) in
            try decide(first, origin, in: tx)
        }
        switch outcome {
        case .rotated(let family):
            return try await rotated(family, token, use, target, client: client, origin)
        case .fastForwarded(let family):
            counts.count(.fastForwarded, of: client.id, at: use.now)
            events.noteFastForward(family, use, origin)
            return try await advanced(family, token, use, target, client: client, origin)
        case .retry(let family):
            counts.count(
                .retried(after: max(0, use.now.since(family.rotatedAt))), of: client.id, at: use.now)
            return try await answer(family, token, target, client: client, at: use.now)
        case .refused(let refusal):
            counts.count(refusal.decision, of: client.id, at: use.now)
            events.note(refusal, use, origin)
            if refusal.decision == .over(.unusedSecret) {
                let reason = """
                    a refresh token of master secret \(use.key) is ahead of the database, which never saw that active: \
                    after a restore activate it; else take it out of every file, for somebody may know it
                    """
                throw OAuthError.temporarilyUnavailable(reason: reason, retryAfter: Limits.storageRetrySeconds)
            }
            throw Self.refusal("\(refusal.decision)")
        }
    }

    /// Judged by a clock that is read in the transaction: it may have waited for its turn, and been run again.
    private func decide(
        _ first: RefreshUse, _ origin: RequestOrigin, in tx: any Transaction
    ) throws(StorageError) -> (RefreshUse, RefreshOutcome) {
        let now = clock.now()
        let use = first.again(at: now, newIdleExpiry: now + configuration.lifetimes.familyIdle)
        return (use, try tx.decide(use, rules(for: use, origin)))
    }

    private func rules(for use: RefreshUse, _ origin: RequestOrigin) -> RefreshRules {
        RefreshRules(
            window: configuration.retryWindow, thefts: configuration.thefts, epoch: epoch.current,
            monotonicSinceRotation: rotations.elapsed(use.family, after: use.generation, now: clock.monotonicNow()),
            requestID: origin.requestID)
    }

    private func rotated(
        _ family: LiveFamily, _ token: RefreshToken, _ use: RefreshUse, _ target: TokenTarget, client: Client,
        _ origin: RequestOrigin
    ) async throws -> TokenResponse {
        counts.count(.rotated, of: client.id, at: use.now)
        return try await advanced(family, token, use, target, client: client, origin)
    }

    private func advanced(
        _ family: LiveFamily, _ token: RefreshToken, _ use: RefreshUse, _ target: TokenTarget, client: Client,
        _ origin: RequestOrigin
    ) async throws -> TokenResponse {
        rotations.note(use.family, generation: family.generation, at: clock.monotonicNow())
        events.note(family, use, origin)
        return try await answer(family, token, target, client: client, at: use.now)
    }

    private func answer(
        _ family: LiveFamily, _ token: RefreshToken, _ target: TokenTarget, client: Client, at now: Milliseconds
    ) async throws -> TokenResponse {
        let successor = RefreshToken(family: token.family, generation: family.generation, keyNumber: family.tokenKey)
        guard let text = successor.text(keys: secrets.current.refreshKeys) else {
            throw OAuthError.temporarilyUnavailable(
                reason: "this node lacks master secret \(family.tokenKey)", retryAfter: Limits.storageRetrySeconds)
        }
        let scope = try target.scope(within: family.scope.intersection(client.scope))
        let audience = try target.audience(
            granted: family.resources, registered: client.audiences, scope: scope, issuer: tokens.issuer)
        return try tokens.issue(
            .user(
                family.user, family.session, family.authentication, claims: family.claims.allowed(by: client.claims)),
            client: client.id, scope: scope, audience: audience, family: token.family.key, at: now,
            latestExpiry: family.expiresAt,
            idToken: try await idTokens.contents(of: family.user, scope: scope, client: client), refreshToken: text)
    }

    /// Refuses a scope or resource that the family does not have, where there would be an answer.
    ///
    /// Whatever else is wrong the rows will tell: a replay is a theft, whichever scope it asks for.
    private func check(
        _ target: TokenTarget, _ use: RefreshUse, client: Client, _ origin: RequestOrigin
    ) async throws {
        let rules = rules(for: use, origin)
        let family = try await database.read { tx throws(StorageError) -> LiveFamily? in
            let state = try tx.run(.judge(use.family))?.state
            let decision = decideRefresh(
                of: use.generation, madeUnder: use.key, family: state, caller: use.caller,
                circumstances: try tx.circumstances(of: use, state, rules))
            switch decision {
            case .rotate, .retry, .fastForward: return try tx.run(.family(use.family))
            case .unknown, .stranger, .over, .theft: return nil
            }
        }
        guard let family else { return }
        let scope = try target.scope(within: family.scope.intersection(client.scope))
        _ = try target.audience(
            granted: family.resources, registered: client.audiences, scope: scope, issuer: tokens.issuer)
    }

    private static func refusal(_ reason: String) -> OAuthError {
        .invalidGrant("the refresh token is invalid, expired or revoked", reason: reason)
    }
}
