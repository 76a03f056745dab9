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

    /// Takes a session's row before a family is begun in it; false when the session has ended or is signed out.
    ///
    /// Whoever ends the session writes the same row, so that one of the two waits for the other.
    static func takeForNewFamily(_ session: SessionID) -> Self {
        Self(
            """
            UPDATE session SET families = families + 1
            WHERE id = \(session) AND ended_at IS NULL AND signed_out_at IS NULL
            RETURNING id
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
              AND (expires_at <= \(now) OR ended_at <= \(endedBefore)) IS TRUE
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
