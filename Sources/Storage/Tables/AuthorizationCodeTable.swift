package import OAuth
package import Secrets

/// An authorization code to be issued (RFC 6749 §4.1.2), with what it is bound to and what it will buy.
package struct NewAuthorizationCode: Hashable, Sendable {
    /// SHA-256 of the code's 256 random bits.
    package let hash: TokenHash
    package let client: ClientID
    package let user: UserID
    package let session: SessionID
    /// As it stood in the authorization request: compared exactly (RFC 6749 §4.1.3).
    package let redirectURI: String
    /// The S256 challenge (RFC 7636 §4.2).
    package let codeChallenge: String
    package let scope: Scope
    /// The services that were asked for; empty for whatever the client may have.
    package let resources: [ServiceIdentifier]
    package let nonce: String?
    /// Claims by name that the request wanted (OIDC Core §5.5); none holds a space.
    package let idTokenClaims: [String]
    package let userInfoClaims: [String]
    package let authentication: AccessTokenClaims.Authentication
    package let createdAt: Milliseconds
    package let expiresAt: Milliseconds

    package init(
        hash: TokenHash, client: ClientID, user: UserID, session: SessionID, redirectURI: String,
        codeChallenge: String, scope: Scope, resources: [ServiceIdentifier] = [], nonce: String? = nil,
        idTokenClaims: [String] = [], userInfoClaims: [String] = [],
        authentication: AccessTokenClaims.Authentication, createdAt: Milliseconds, expiresAt: Milliseconds
    ) {
        self.hash = hash
        self.client = client
        self.user = user
        self.session = session
        self.redirectURI = redirectURI
        self.codeChallenge = codeChallenge
        self.scope = scope
        self.resources = resources
        self.nonce = nonce
        self.idTokenClaims = idTokenClaims
        self.userInfoClaims = userInfoClaims
        self.authentication = authentication
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    init(_ row: Row) throws(StorageError) {
        self.init(
            hash: try row.tokenHash("hash"), client: try row.identifier("client_id"),
            user: try row.identifier("account_id"), session: try row.identifier("session_id"),
            redirectURI: try row.text("redirect_uri"), codeChallenge: try row.text("code_challenge"),
            scope: try row.scope("scope"), resources: try row.services("resources"),
            nonce: try row.optionalText("nonce"), idTokenClaims: try row.words("id_token_claims"),
            userInfoClaims: try row.words("userinfo_claims"), authentication: try row.authentication(),
            createdAt: try row.instant("created_at"), expiresAt: try row.instant("expires_at"))
    }
}

/// An authorization code as the store knows it.
package struct StoredAuthorizationCode: Hashable, Sendable {
    package let issued: NewAuthorizationCode
    package let usedAt: Milliseconds?
    /// What the first use began.
    package let family: FamilyKey?

    init(_ row: Row) throws(StorageError) {
        issued = try NewAuthorizationCode(row)
        usedAt = try row.optionalInstant("used_at")
        family = usedAt == nil ? nil : try row.family("family_id")
    }
}

extension Statement where Answer == StoredAuthorizationCode? {
    /// A code, whatever its state; nil when it was never issued, or went with its client, user or session.
    package static func authorizationCode(_ hash: TokenHash) -> Self {
        Self(
            """
            SELECT hash, client_id, account_id, session_id, redirect_uri, code_challenge, scope, resources, nonce,
                   id_token_claims, userinfo_claims, auth_time, amr, created_at, expires_at, used_at, family_id
            FROM authorization_code WHERE hash = \(hash)
            """
        ) { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try StoredAuthorizationCode(row) }
        }
    }
}

extension Statement where Answer == Void {
    static func insert(_ code: NewAuthorizationCode) -> Self {
        Self(
            """
            INSERT INTO authorization_code (
                hash, client_id, account_id, session_id, redirect_uri, code_challenge, scope, resources, nonce,
                id_token_claims, userinfo_claims, auth_time, amr, created_at, expires_at)
            VALUES (
                \(code.hash), \(code.client), \(code.user), \(code.session), \(code.redirectURI),
                \(code.codeChallenge), \(code.scope), \(words(code.resources.map(\.text))), \(code.nonce),
                \(words(code.idTokenClaims)), \(words(code.userInfoClaims)), \(code.authentication.time),
                \(words(code.authentication.methods)), \(code.createdAt), \(code.expiresAt))
            """)
    }

    static func removeCodes(ofClient client: ClientID) -> Self {
        Self("DELETE FROM authorization_code WHERE client_id = \(client)")
    }

    static func removeCodes(of client: ClientID, in session: SessionID, ofUser user: UserID) -> Self {
        Self(
            """
            DELETE FROM authorization_code
            WHERE session_id = \(session) AND account_id = \(user) AND client_id = \(client)
            """)
    }

    static func removeCodes(ofUser user: UserID, in client: ClientID) -> Self {
        Self("DELETE FROM authorization_code WHERE account_id = \(user) AND client_id = \(client)")
    }
}

extension Statement where Answer == Bool {
    /// Takes a session's row before a code is issued in it; false when it has ended, is signed out, or is another's.
    static func takeForCode(_ session: SessionID, of user: UserID) -> Self {
        Self(
            """
            UPDATE session SET families = families
            WHERE id = \(session) AND account_id = \(user) AND ended_at IS NULL AND signed_out_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Uses a code, for exactly one of any number of callers.
    static func use(_ code: TokenHash, for family: NewFamily, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE authorization_code SET used_at = \(now), family_id = \(family.id)
            WHERE hash = \(code) AND client_id = \(family.client) AND session_id = \(family.session)
              AND account_id = \(family.user) AND used_at IS NULL AND expires_at > \(now)
            RETURNING client_id
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Int {
    /// Removes at most 500 codes that expired before an instant; tells how many.
    ///
    /// Used ones are wanted for a while after: a second use shows that a copy is abroad.
    package static func removeCodes(expiredBefore: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM authorization_code WHERE hash IN (
                SELECT hash FROM authorization_code WHERE expires_at <= \(expiredBefore) ORDER BY expires_at LIMIT 500)
            RETURNING client_id
            """
        ) { rows in rows.count }
    }
}
