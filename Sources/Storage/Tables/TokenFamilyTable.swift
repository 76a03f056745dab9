package import OAuth

/// One use of a refresh token, as the store needs it.
package struct RefreshUse: Hashable, Sendable {
    package let family: FamilyKey
    package let generation: UInt32
    /// The key number under which the presented token was made.
    package let key: UInt8
    package let caller: RefreshCaller
    /// The key number under which the successor will be made.
    package let newKey: UInt8
    package let now: Milliseconds
    package let newIdleExpiry: Milliseconds

    package init(
        family: FamilyKey, generation: UInt32, key: UInt8, caller: RefreshCaller, newKey: UInt8,
        now: Milliseconds, newIdleExpiry: Milliseconds
    ) {
        self.family = family
        self.generation = generation
        self.key = key
        self.caller = caller
        self.newKey = newKey
        self.now = now
        self.newIdleExpiry = newIdleExpiry
    }

    /// The same use at a later time: what lost the blind rotation is judged by a clock that was read after it lost.
    ///
    /// Else a rotation by a faster call could lie in the future of a slower one, and a retry could look like a theft.
    package func again(at now: Milliseconds, newIdleExpiry: Milliseconds) -> RefreshUse {
        RefreshUse(
            family: family, generation: generation, key: key, caller: caller, newKey: newKey, now: now,
            newIdleExpiry: newIdleExpiry)
    }
}

/// What the new tokens need of a family: its current generation and what it was granted.
package struct LiveFamily: Hashable, Sendable {
    package let generation: UInt32
    package let tokenKey: UInt8
    package let user: UserID
    package let session: SessionID
    package let scope: Scope
    /// The services it was begun for; empty when for whatever the client may have.
    package let resources: [ServiceIdentifier]
    package let authentication: AccessTokenClaims.Authentication
    package let expiresAt: Milliseconds
    /// When the token of `generation` was made.
    package let rotatedAt: Milliseconds
    /// Who made the call before this one.
    package let previous: Holder
    package let claims: PublicClaims

    init(_ row: Row) throws(StorageError) {
        generation = try row.narrow("generation")
        tokenKey = try row.narrow("token_key")
        user = try row.identifier("account_id")
        session = try row.identifier("session_id")
        scope = try row.scope("scope")
        resources = try row.services("audience")
        authentication = .init(
            time: try row.instant("auth_time"), methods: try row.text("amr").split(separator: " ").map(String.init))
        expiresAt = try row.instant("expires_at")
        rotatedAt = try row.instant("rotated_at")
        previous = try row.holder("previous")
        claims = PublicClaims(stored: try row.text("claims"))
    }
}

/// The columns of `LiveFamily`, after an UPDATE: the subquery reads another table only.
///
/// The cast changes nothing and is needed: in a subquery of RETURNING, SQLite gives every column of the changed row the
/// affinity of the first one. It would compare the ids as numbers, and read all accounts to do so.
private let liveFamily: SQL = """
    generation, token_key, account_id, session_id, scope, audience, auth_time, amr, expires_at,
    rotated_at, previous_address, previous_agent,
    (SELECT account.claims FROM account WHERE account.id = CAST(token_family.account_id AS TEXT)) AS claims
    """

/// What must be true of those a family hangs on: a second fence, behind ending families with what they hang on.
private let thoseAboveLive: SQL = """
    EXISTS (SELECT 1 FROM session WHERE session.id = token_family.session_id AND session.ended_at IS NULL)
    AND EXISTS (SELECT 1 FROM account WHERE account.id = token_family.account_id AND account.disabled_at IS NULL)
    """

extension Statement where Answer == LiveFamily? {
    /// Advances a token family from generation `n` to `n + 1`, for exactly one of any number of callers.
    ///
    /// Row 5 of the refresh state machine (docs/refresh.md). RFC 9700 §4.14.2.
    /// - Returns: What the new tokens need, or nil when any condition fails; the caller then reads and decides.
    package static func rotate(_ use: RefreshUse) -> Self {
        Self(
            """
            UPDATE token_family
            SET generation = generation + 1, previous_key = token_key, token_key = \(Int64(use.newKey)),
                rotated_at = \(use.now),
                idle_expires_at = \(use.newIdleExpiry), previous_address = rotated_address,
                previous_agent = rotated_agent, rotated_address = \(use.caller.holder.address),
                rotated_agent = \(use.caller.holder.agent)
            WHERE id = \(use.family) AND client_id = \(use.caller.client) AND generation = \(Int64(use.generation))
              AND token_key = \(Int64(use.key)) AND (dpop_jkt IS NULL OR dpop_jkt = \(use.caller.dpopThumbprint ?? ""))
              AND generation < 4294967295 AND ended_at IS NULL
              AND idle_expires_at > \(use.now) AND expires_at > \(use.now) AND \(thoseAboveLive)
            RETURNING \(liveFamily)
            """, firstFamily)
    }

    /// Advances a family that went back in time beyond the presented token. Row 8.
    ///
    /// - Parameters:
    ///   - generation: What the row held when the decision was made; anything else loses the race.
    ///   - epoch: The restore epoch in which it happens: once a family and epoch.
    static func fastForward(_ use: RefreshUse, from generation: UInt32, epoch: Int64) -> Self {
        Self(
            """
            UPDATE token_family
            SET generation = \(Int64(use.generation) + 1), previous_key = \(Int64(use.key)),
                token_key = \(Int64(use.newKey)), rotated_at = \(use.now),
                idle_expires_at = \(use.newIdleExpiry), previous_address = rotated_address,
                previous_agent = rotated_agent, rotated_address = \(use.caller.holder.address),
                rotated_agent = \(use.caller.holder.agent), fast_forward_epoch = \(epoch)
            WHERE id = \(use.family) AND client_id = \(use.caller.client) AND generation = \(Int64(generation))
              AND ended_at IS NULL AND expires_at > \(use.now) AND \(thoseAboveLive)
            RETURNING \(liveFamily)
            """, firstFamily)
    }

    /// A family that lives and still stands at a generation.
    static func family(_ key: FamilyKey, standingAt generation: UInt32) -> Self {
        Self(
            """
            SELECT \(liveFamily) FROM token_family
            WHERE id = \(key) AND generation = \(Int64(generation)) AND ended_at IS NULL
            """, firstFamily)
    }

    /// A family as it is now, whatever its state; the caller has decided already.
    package static func family(_ key: FamilyKey) -> Self {
        Self("SELECT \(liveFamily) FROM token_family WHERE id = \(key)", firstFamily)
    }
}

private func firstFamily(_ rows: [Row]) throws(StorageError) -> LiveFamily? {
    guard let row = rows.first else { return nil }
    return try LiveFamily(row)
}

/// A family's row as a decision sees it, and whom it belongs to.
package struct JudgedFamily: Hashable, Sendable {
    package let state: FamilyState
    package let user: UserID
    package let session: SessionID
}

extension Statement where Answer == JudgedFamily? {
    /// What rows 2 to 8 look at.
    package static func judge(_ key: FamilyKey) -> Self {
        Self(
            """
            SELECT token_family.client_id, token_family.dpop_jkt, token_family.generation, token_family.token_key,
                   token_family.previous_key,
                   token_family.rotated_at, token_family.rotated_address, token_family.rotated_agent,
                   token_family.idle_expires_at, token_family.expires_at, token_family.ended_at,
                   token_family.fast_forward_epoch, token_family.account_id, token_family.session_id,
                   session.ended_at AS session_ended_at, account.disabled_at AS account_disabled_at
            FROM token_family
            JOIN session ON session.id = token_family.session_id
            JOIN account ON account.id = token_family.account_id
            WHERE token_family.id = \(key)
            """
        ) { rows throws(StorageError) in
            guard let row = rows.first else { return nil }
            let state = FamilyState(
                client: try row.identifier("client_id"), dpopThumbprint: try row.optionalText("dpop_jkt"),
                generation: try row.narrow("generation"), tokenKey: try row.narrow("token_key"),
                previousKey: try row.optionalNarrow("previous_key"),
                rotatedAt: try row.instant("rotated_at"), rotatedBy: try row.holder("rotated"),
                idleExpiresAt: try row.instant("idle_expires_at"), expiresAt: try row.instant("expires_at"),
                hasEnded: try row.optionalInteger("ended_at") != nil,
                sessionHasEnded: try row.optionalInteger("session_ended_at") != nil,
                userIsDisabled: try row.optionalInteger("account_disabled_at") != nil,
                fastForwardEpoch: try row.optionalInteger("fast_forward_epoch"))
            return JudgedFamily(
                state: state, user: try row.identifier("account_id"), session: try row.identifier("session_id"))
        }
    }
}
