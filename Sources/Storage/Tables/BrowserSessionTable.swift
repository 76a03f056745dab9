package import OAuth
package import Secrets

/// A sign-in in a browser: a session with a cookie.
package struct NewBrowserSession: Sendable {
    /// Of the session, when a new one is made.
    package let id: SessionID
    package let user: UserID
    /// SHA-256 of the cookie's value: a new one for every sign-in, so that nobody can have fixed it before.
    package let cookie: TokenHash
    package let authentication: AccessTokenClaims.Authentication
    package let createdAt: Milliseconds
    package let idleExpiresAt: Milliseconds
    package let expiresAt: Milliseconds
    package let holder: Holder
    /// SHA-256 of the browser's device cookie, by which it is known again.
    package let device: TokenHash
    /// The tag of the page's language.
    package let language: String

    package init(
        id: SessionID = .random(), user: UserID, cookie: TokenHash, authentication: AccessTokenClaims.Authentication,
        createdAt: Milliseconds, idleExpiresAt: Milliseconds, expiresAt: Milliseconds, holder: Holder,
        device: TokenHash, language: String
    ) {
        self.id = id
        self.user = user
        self.cookie = cookie
        self.authentication = authentication
        self.createdAt = createdAt
        self.idleExpiresAt = idleExpiresAt
        self.expiresAt = expiresAt
        self.holder = holder
        self.device = device
        self.language = language
    }
}

/// A browser's session that lives, found by its cookie.
package struct BrowserSession: Hashable, Sendable {
    package let id: SessionID
    package let user: UserID
    package let userName: String
    package let displayName: String?
    package let authentication: AccessTokenClaims.Authentication
    package let createdAt: Milliseconds
    package let idleExpiresAt: Milliseconds
    package let expiresAt: Milliseconds
    /// When the browser came last, as far as `touch` has noted it.
    package let seenAt: Milliseconds

    init(_ row: Row) throws(StorageError) {
        id = try row.identifier("id")
        user = try row.identifier("account_id")
        userName = try row.text("name")
        displayName = try row.optionalText("display_name")
        authentication = try row.authentication()
        createdAt = try row.instant("created_at")
        idleExpiresAt = try row.instant("browser_idle_expires_at")
        expiresAt = try row.instant("browser_expires_at")
        seenAt = try row.instant("seen_at")
    }
}

extension Statement where Answer == BrowserSession? {
    /// The session of a cookie; nil unless it lives: neither ended nor signed out nor past one of its lifetimes, and
    /// its user enabled.
    package static func browserSession(cookie: TokenHash, at now: Milliseconds) -> Self {
        Self(
            """
            SELECT session.id, session.account_id, account.name, account.display_name, session.auth_time, session.amr,
                   session.created_at, session.browser_idle_expires_at, session.browser_expires_at, session.seen_at
            FROM session JOIN account ON account.id = session.account_id
            WHERE session.cookie_hash = \(cookie) AND session.ended_at IS NULL AND session.signed_out_at IS NULL
              AND session.browser_idle_expires_at > \(now) AND session.browser_expires_at > \(now)
              AND account.disabled_at IS NULL
            """
        ) { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try BrowserSession(row) }
        }
    }
}

extension Statement where Answer == Bool {
    /// Notes that the browser came; false when the session lives no more.
    package static func touch(
        _ session: SessionID, by holder: Holder, idleExpiresAt: Milliseconds, at now: Milliseconds
    ) -> Self {
        Self(
            """
            UPDATE session SET seen_at = \(now), seen_address = \(holder.address), seen_agent = \(holder.agent),
                browser_idle_expires_at = \(idleExpiresAt)
            WHERE id = \(session) AND ended_at IS NULL AND signed_out_at IS NULL
              AND browser_idle_expires_at > \(now) AND browser_expires_at > \(now)
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Makes a session with a cookie; its user's row is taken already.
    static func insert(_ session: NewBrowserSession) -> Self {
        Self(
            """
            INSERT INTO session (
                id, account_id, created_at, expires_at, auth_time, amr, created_address, created_agent, families,
                cookie_hash, browser_idle_expires_at, browser_expires_at, seen_at, seen_address, seen_agent)
            VALUES (
                \(session.id), \(session.user), \(session.createdAt), \(session.expiresAt),
                \(session.authentication.time), \(words(session.authentication.methods)),
                \(session.holder.address), \(session.holder.agent), 0, \(session.cookie), \(session.idleExpiresAt),
                \(session.expiresAt), \(session.createdAt), \(session.holder.address), \(session.holder.agent))
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Signs the same person in again in a session of theirs that lives; false when it does not, or is another's.
    static func renew(_ former: SessionID, as session: NewBrowserSession) -> Self {
        Self(
            """
            UPDATE session
            SET cookie_hash = \(session.cookie), auth_time = \(session.authentication.time),
                amr = \(words(session.authentication.methods)), browser_idle_expires_at = \(session.idleExpiresAt),
                browser_expires_at = \(session.expiresAt),
                expires_at = CASE WHEN expires_at < \(session.expiresAt) THEN \(session.expiresAt) ELSE expires_at END,
                seen_at = \(session.createdAt), seen_address = \(session.holder.address),
                seen_agent = \(session.holder.agent)
            WHERE id = \(former) AND account_id = \(session.user) AND ended_at IS NULL AND signed_out_at IS NULL
              AND browser_idle_expires_at > \(session.createdAt) AND browser_expires_at > \(session.createdAt)
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Takes the browser's side from a session; false when it has none any more, or the session has ended.
    static func signOut(_ session: SessionID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE session SET signed_out_at = \(now), cookie_hash = NULL
            WHERE id = \(session) AND ended_at IS NULL AND signed_out_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }
}
