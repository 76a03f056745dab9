package import OAuth

/// What UserInfo and ID tokens may tell of a person to one client, before scopes and policies choose from it.
package struct UserInfoRecord: Hashable, Sendable {
    package let account: Account
    /// With their classes: a secret one is for nobody.
    package let attributes: [AccountAttribute]
    /// The claims by name that the token's family asked of UserInfo, each once.
    package let requestedClaims: [String]
}

extension Transaction {
    /// What a client may be told of a user in a session, for an access token.
    ///
    /// - Returns: Nil unless the session has not ended, the user is enabled, and the token's family lives.
    package func userInfo(
        _ user: UserID, session: SessionID, client: ClientID, token: AccessTokenID, at now: Milliseconds
    ) throws(StorageError) -> UserInfoRecord? {
        guard let claims = try run(.liveClaims(user, session: session, client: client, token: token, at: now)),
            let account = try run(.account(user))
        else { return nil }
        return UserInfoRecord(account: account, attributes: try run(.attributes(of: user)), requestedClaims: claims)
    }
}

extension Statement where Answer == [String]? {
    /// The claims that the family of an access token asked of UserInfo; nil unless such a token would be given out
    /// now: the session has not ended, the user is enabled, and the family has neither ended nor expired.
    package static func liveClaims(
        _ user: UserID, session: SessionID, client: ClientID, token: AccessTokenID, at now: Milliseconds
    ) -> Self {
        let keys = token.familyKeys
        return Self(
            """
            SELECT token_family.requested_claims
            FROM token_family
            JOIN session ON session.id = token_family.session_id
            JOIN account ON account.id = session.account_id
            WHERE token_family.id >= \(keys.lowerBound) AND token_family.id <= \(keys.upperBound)
              AND token_family.session_id = \(session) AND token_family.client_id = \(client)
              AND token_family.ended_at IS NULL AND token_family.expires_at > \(now)
              AND session.account_id = \(user) AND session.ended_at IS NULL AND account.disabled_at IS NULL
            """
        ) { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in
                try row.optionalText("requested_claims") == nil ? [] : try row.words("requested_claims")
            }
        }
    }
}
