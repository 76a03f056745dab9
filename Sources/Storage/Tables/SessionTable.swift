package import OAuth

/// A session to be made: one sign-in of one person.
package struct NewSession: Sendable {
    package let id: SessionID
    package let user: UserID
    package let authentication: AccessTokenClaims.Authentication
    package let createdAt: Milliseconds
    package let expiresAt: Milliseconds
    package let holder: Holder

    package init(
        id: SessionID, user: UserID, authentication: AccessTokenClaims.Authentication, createdAt: Milliseconds,
        expiresAt: Milliseconds, holder: Holder
    ) {
        self.id = id
        self.user = user
        self.authentication = authentication
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.holder = holder
    }
}

extension Statement where Answer == Bool {
    /// Makes a session; false when the user is gone or disabled by now.
    static func insert(_ session: NewSession) -> Self {
        Self(
            """
            INSERT INTO session (
                id, account_id, created_at, expires_at, auth_time, amr, created_address, created_agent, families)
            SELECT \(session.id), account.id, \(session.createdAt), \(session.expiresAt),
                   \(session.authentication.time), \(words(session.authentication.methods)),
                   \(session.holder.address), \(session.holder.agent), 0
            FROM account WHERE account.id = \(session.user) AND account.disabled_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Takes a session's row before a family is begun in it; false when the session has ended.
    ///
    /// Whoever ends the session writes the same row, so that one of the two waits for the other.
    static func takeForNewFamily(_ session: SessionID) -> Self {
        Self(
            """
            UPDATE session SET families = families + 1 WHERE id = \(session) AND ended_at IS NULL RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    static func endSession(_ session: SessionID, _ reason: EndReason, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE session SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE id = \(session) AND ended_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == [SessionID] {
    static func endSessions(ofUser user: UserID, _ reason: EndReason, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE session SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE account_id = \(user) AND ended_at IS NULL
            RETURNING id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.identifier("id") } }
    }

    /// Ends the next 500 living sessions after one, in the order of their ids; none are left when it answers none.
    package static func endSessions(after id: String, _ reason: EndReason, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE session SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE id IN (SELECT id FROM session WHERE id > \(id) AND ended_at IS NULL ORDER BY id LIMIT 500)
            RETURNING id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.identifier("id") } }
    }

    /// Removes at most 500 expired sessions that have no family left.
    package static func removeExpiredSessions(now: Milliseconds, endedBefore: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM session
            WHERE id IN (
                SELECT id FROM session
                WHERE (expires_at <= \(now) OR ended_at <= \(endedBefore))
                  AND NOT EXISTS (SELECT 1 FROM token_family WHERE token_family.session_id = session.id)
                LIMIT 500)
            RETURNING id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.identifier("id") } }
    }
}

extension Statement where Answer == Void {
    static func removeSessions(ofUser user: UserID) -> Self {
        Self("DELETE FROM session WHERE account_id = \(user)")
    }
}

/// A session as an operator sees it, with one of its families (or none).
package struct SessionListing: Hashable, Sendable {
    package let session: SessionID
    package let user: UserID
    package let userName: String
    package let createdAt: Milliseconds
    package let created: Holder
    package let endedAt: Milliseconds?
    package let endReason: String?
    package let family: Family?

    package struct Family: Hashable, Sendable {
        package let key: FamilyKey
        package let client: ClientID
        package let scope: Scope
        /// How many times it was refreshed.
        package let generation: UInt32
        package let rotatedAt: Milliseconds
        package let rotated: Holder
        package let idleExpiresAt: Milliseconds
        package let expiresAt: Milliseconds
        package let endedAt: Milliseconds?
        package let endReason: String?
    }

    init(_ row: Row) throws(StorageError) {
        session = try row.identifier("session_id")
        user = try row.identifier("account_id")
        userName = try row.text("account_name")
        createdAt = try row.instant("created_at")
        created = try row.holder("created")
        endedAt = try row.optionalInstant("ended_at")
        endReason = try row.optionalText("end_reason")
        guard let key = try row.optionalBytes("family_id").flatMap(FamilyKey.init) else {
            family = nil
            return
        }
        family = Family(
            key: key, client: try row.identifier("client_id"), scope: try row.scope("scope"),
            generation: try row.narrow("generation"), rotatedAt: try row.instant("rotated_at"),
            rotated: try row.holder("rotated"), idleExpiresAt: try row.instant("idle_expires_at"),
            expiresAt: try row.instant("expires_at"), endedAt: try row.optionalInstant("family_ended_at"),
            endReason: try row.optionalText("family_end_reason"))
    }
}

extension Statement where Answer == [SessionListing] {
    /// Sessions with their families, newest first: a page of at most `limit` sessions, a row for each family.
    ///
    /// - Parameters:
    ///   - user: Whose; nil for everybody's.
    ///   - before: Only sessions made before this instant, or at it and of a smaller id: where the last page ended.
    package static func sessions(
        of user: UserID?, before: (Milliseconds, SessionID?)?, limit: Int64
    ) -> Self {
        var filter: SQL = "1 = 1"
        if let user { filter = "session.account_id = \(user)" }
        if let before {
            filter = """
                \(filter) AND (session.created_at < \(before.0)
                  OR (session.created_at = \(before.0) AND session.id < \(before.1?.text ?? "")))
                """
        }
        return Self(
            """
            SELECT session.id AS session_id, session.account_id, account.name AS account_name, session.created_at,
                   session.created_address, session.created_agent, session.ended_at, session.end_reason,
                   token_family.id AS family_id, token_family.client_id, token_family.scope, token_family.generation,
                   token_family.rotated_at, token_family.rotated_address, token_family.rotated_agent,
                   token_family.idle_expires_at, token_family.expires_at,
                   token_family.ended_at AS family_ended_at, token_family.end_reason AS family_end_reason
            FROM (SELECT * FROM session WHERE \(filter) ORDER BY created_at DESC, id DESC LIMIT \(limit)) AS session
            JOIN account ON account.id = session.account_id
            LEFT JOIN token_family ON token_family.session_id = session.id
            ORDER BY session.created_at DESC, session.id DESC, token_family.created_at
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try SessionListing(row) } }
    }
}
