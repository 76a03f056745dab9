package import OAuth

/// What UserInfo and ID tokens may tell of a person to one client, before scopes and policies choose from it.
package struct UserInfoRecord: Hashable, Sendable {
    package let account: Account
    /// With their classes: a secret one is for nobody.
    package let attributes: [AccountAttribute]
    /// The claims by name that the client's living families in the session asked of UserInfo, each once.
    package let requestedClaims: [String]
}

extension Transaction {
    /// What a client may be told of a user in a session.
    ///
    /// - Returns: Nil unless the session has not ended, the user is enabled, and the client has a living family there.
    package func userInfo(
        _ user: UserID, session: SessionID, client: ClientID, at now: Milliseconds
    ) throws(StorageError) -> UserInfoRecord? {
        guard try run(.isLive(user, session: session, client: client, at: now)),
            let account = try run(.account(user))
        else { return nil }
        return UserInfoRecord(
            account: account, attributes: try run(.attributes(of: user)),
            requestedClaims: try run(.requestedClaims(session: session, client: client, at: now)))
    }
}

extension Statement where Answer == Bool {
    /// Whether an access token of this user, session and client would be given out now: the session has not ended, the
    /// user is enabled, and the client has a family there that has neither ended nor expired.
    package static func isLive(
        _ user: UserID, session: SessionID, client: ClientID, at now: Milliseconds
    ) -> Self {
        Self(
            """
            SELECT session.id FROM session JOIN account ON account.id = session.account_id
            WHERE session.id = \(session) AND session.account_id = \(user) AND session.ended_at IS NULL
              AND account.disabled_at IS NULL
              AND EXISTS (
                SELECT 1 FROM token_family
                WHERE token_family.session_id = session.id AND token_family.client_id = \(client)
                  AND token_family.ended_at IS NULL AND token_family.expires_at > \(now))
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == [String] {
    static func requestedClaims(session: SessionID, client: ClientID, at now: Milliseconds) -> Self {
        Self(
            """
            SELECT DISTINCT requested_claims FROM token_family
            WHERE session_id = \(session) AND client_id = \(client) AND ended_at IS NULL AND expires_at > \(now)
              AND requested_claims IS NOT NULL
            ORDER BY requested_claims
            """
        ) { rows throws(StorageError) in
            var claims: [String] = []
            for row in rows {
                for claim in try row.words("requested_claims") where !claims.contains(claim) { claims.append(claim) }
            }
            return claims
        }
    }
}
