package import OAuth

/// Why a session or family ended: stored, and shown to operators.
package enum EndReason: String, Hashable, Sendable, CaseIterable {
    case lateTheft = "theft_late"
    case staleTheft = "theft_stale"
    case revoked
    case endedByOperator = "operator"
    case userDisabled = "user_disabled"
    case userRemoved = "user_removed"
    case clientRemoved = "client_removed"
    case passwordChanged = "password_changed"
    case issuerChanged = "issuer_changed"
    case signedOut = "signed_out"
    /// Ended by the person on their own pages.
    case endedByPerson = "person"
    case consentWithdrawn = "consent_withdrawn"
    case codeReplayed = "code_replayed"

    package init(_ theft: TheftClass) { self = theft == .late ? .lateTheft : .staleTheft }
}

/// A new family, to be begun in a session that lives.
package struct NewFamily: Sendable {
    package let id: FamilyKey
    package let user: UserID
    package let client: ClientID
    package let session: SessionID
    package let scope: Scope
    package let resources: [ServiceIdentifier]
    package let tokenKey: UInt8
    package let authentication: AccessTokenClaims.Authentication
    package let createdAt: Milliseconds
    package let idleExpiresAt: Milliseconds
    package let expiresAt: Milliseconds
    package let holder: Holder
    /// The claims by name that were asked of UserInfo (OIDC Core §5.5).
    package let requestedClaims: [String]

    package init(
        id: FamilyKey, user: UserID, client: ClientID, session: SessionID, scope: Scope, resources: [ServiceIdentifier],
        tokenKey: UInt8, authentication: AccessTokenClaims.Authentication, createdAt: Milliseconds,
        idleExpiresAt: Milliseconds, expiresAt: Milliseconds, holder: Holder, requestedClaims: [String] = []
    ) {
        self.id = id
        self.user = user
        self.client = client
        self.session = session
        self.scope = scope
        self.resources = resources
        self.tokenKey = tokenKey
        self.authentication = authentication
        self.createdAt = createdAt
        self.idleExpiresAt = idleExpiresAt
        self.expiresAt = expiresAt
        self.holder = holder
        self.requestedClaims = requestedClaims
    }
}

extension Statement where Answer == Void {
    static func insert(_ family: NewFamily) -> Self {
        Self(
            """
            INSERT INTO token_family (
                id, account_id, client_id, session_id, scope, audience, generation, token_key, auth_time, amr,
                created_at, rotated_at, idle_expires_at, expires_at, created_address, created_agent,
                rotated_address, rotated_agent, previous_address, previous_agent, requested_claims)
            VALUES (
                \(family.id), \(family.user), \(family.client), \(family.session), \(family.scope),
                \(words(family.resources.map(\.text))), 0, \(Int64(family.tokenKey)), \(family.authentication.time),
                \(words(family.authentication.methods)), \(family.createdAt), \(family.createdAt),
                \(family.idleExpiresAt), \(family.expiresAt),
                \(family.holder.address), \(family.holder.agent), \(family.holder.address), \(family.holder.agent),
                \(family.holder.address), \(family.holder.agent),
                \(family.requestedClaims.isEmpty ? nil : words(family.requestedClaims)))
            """)
    }

    static func endFamilies(ofSession session: SessionID, _ reason: EndReason, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE token_family SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE session_id = \(session) AND ended_at IS NULL
            """)
    }

    /// Ends those that signing out ends: `offline_access` outlives it (OIDC Core §11).
    static func endOnlineFamilies(ofSession session: SessionID, _ reason: EndReason, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE token_family SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE session_id = \(session) AND ended_at IS NULL
              AND REPLACE(' ' || scope || ' ', ' offline_access ', '') = ' ' || scope || ' '
            """)
    }

    static func endFamilies(ofUser user: UserID, _ reason: EndReason, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE token_family SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE account_id = \(user) AND ended_at IS NULL
            """)
    }

    static func removeFamilies(ofUser user: UserID) -> Self {
        Self("DELETE FROM token_family WHERE account_id = \(user)")
    }

    static func removeFamilies(ofClient client: ClientID) -> Self {
        Self("DELETE FROM token_family WHERE client_id = \(client)")
    }
}

extension Statement where Answer == Bool {
    /// Ends every family of a user and client; false when none lived.
    static func endFamilies(ofUser user: UserID, in client: ClientID, _ reason: EndReason, at now: Milliseconds) -> Self
    {
        Self(
            """
            UPDATE token_family SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE account_id = \(user) AND client_id = \(client) AND ended_at IS NULL
            RETURNING client_id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Ends one family that still stands where the decision saw it; false when somebody was faster.
    static func endFamily(
        _ key: FamilyKey, seenAt generation: UInt32, _ reason: EndReason, at now: Milliseconds
    ) -> Self {
        Self(
            """
            UPDATE token_family SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE id = \(key) AND generation = \(Int64(generation)) AND ended_at IS NULL
            RETURNING client_id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Ends one family, wherever it stands; false when it has ended, or is gone.
    static func endFamily(_ key: FamilyKey, _ reason: EndReason, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE token_family SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE id = \(key) AND ended_at IS NULL
            RETURNING client_id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Ends one family of one client, wherever it stands; false when there is none that lives. RFC 7009 §2.1.
    package static func revokeFamily(_ key: FamilyKey, of client: ClientID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE token_family SET ended_at = \(now), end_reason = \(EndReason.revoked.rawValue)
            WHERE id = \(key) AND client_id = \(client) AND ended_at IS NULL
            RETURNING client_id
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == [FamilyKey] {
    /// Ends the next 500 living families after one, in key order; none are left when it answers none.
    package static func endFamilies(
        after key: [UInt8], _ reason: EndReason, at now: Milliseconds
    ) -> Self {
        Self(
            """
            UPDATE token_family SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE id IN (
                SELECT id FROM token_family WHERE id > \(key) AND ended_at IS NULL ORDER BY id LIMIT 500)
            RETURNING id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.family("id") } }
    }

    /// Families after `key` in key order, at most 500, whose time is over: expired, or ended or idle for a month.
    ///
    /// The caller walks the whole table in steps, so that no step holds the writer for long.
    package static func removeExpiredFamilies(
        after key: [UInt8], through last: [UInt8], now: Milliseconds, endedBefore: Milliseconds
    ) -> Self {
        Self(
            """
            DELETE FROM token_family
            WHERE id > \(key) AND id <= \(last)
              AND (expires_at <= \(now) OR ended_at <= \(endedBefore) OR idle_expires_at <= \(endedBefore))
            RETURNING id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.family("id") } }
    }

    /// The next 500 keys after one, in key order.
    package static func familyKeys(after key: [UInt8]) -> Self {
        Self("SELECT id FROM token_family WHERE id > \(key) ORDER BY id LIMIT 500") { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try row.family("id") }
        }
    }
}
