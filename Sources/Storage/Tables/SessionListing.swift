package import OAuth

/// A session as an operator sees it, with one of its families (or none).
package struct SessionListing: Hashable, Sendable {
    package let session: SessionID
    package let user: UserID
    package let userName: String
    package let createdAt: Milliseconds
    package let created: Holder
    package let endedAt: Milliseconds?
    package let endReason: String?
    package let signedOutAt: Milliseconds?
    /// How and when the person signed in last.
    package let authentication: AccessTokenClaims.Authentication
    /// Nil when it was begun without a browser.
    package let browser: Browser?
    package let family: Family?

    /// The browser's side of it: a cookie with lifetimes of its own.
    package struct Browser: Hashable, Sendable {
        package let idleExpiresAt: Milliseconds
        package let expiresAt: Milliseconds
        /// When and from where the browser came last.
        package let seenAt: Milliseconds
        package let seen: Holder
    }

    /// Whether the browser's cookie still opens it.
    package func isSignedIn(at now: Milliseconds) -> Bool {
        guard endedAt == nil, signedOutAt == nil, let browser else { return false }
        return browser.idleExpiresAt > now && browser.expiresAt > now
    }

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
        signedOutAt = try row.optionalInstant("signed_out_at")
        authentication = try row.authentication()
        browser = try row.optionalInstant("browser_expires_at").map { expiry throws(StorageError) in
            Browser(
                idleExpiresAt: try row.instant("browser_idle_expires_at"), expiresAt: expiry,
                seenAt: try row.instant("seen_at"), seen: try row.holder("seen"))
        }
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

/// Which sessions are listed.
package enum SessionChoice: Hashable, Sendable {
    case all
    case only(SessionID)
    case except(SessionID)
}

extension Statement where Answer == [SessionListing] {
    /// Sessions with their families, newest first: a page of at most `limit` sessions, a row for each family.
    ///
    /// - Parameters:
    ///   - user: Whose; nil for everybody's.
    ///   - choice: Which of them.
    ///   - livingAt: Only those that live then: signed in in a browser, or with an application. Nil for all.
    ///   - before: Only sessions made before this instant, or at it and of a smaller id: where the last page ended.
    package static func sessions(
        of user: UserID?, _ choice: SessionChoice = .all, livingAt now: Milliseconds? = nil,
        before: (Milliseconds, SessionID?)?, limit: Int64
    ) -> Self {
        var filter: SQL = "1 = 1"
        if let user { filter = "session.account_id = \(user)" }
        switch choice {
        case .all: break
        case .only(let id): filter = "\(filter) AND session.id = \(id)"
        case .except(let id): filter = "\(filter) AND session.id <> \(id)"
        }
        if let now {
            filter = """
                \(filter) AND session.ended_at IS NULL AND (
                  (session.signed_out_at IS NULL AND session.browser_idle_expires_at > \(now)
                    AND session.browser_expires_at > \(now))
                  OR EXISTS (
                    SELECT 1 FROM token_family
                    WHERE token_family.session_id = session.id AND token_family.ended_at IS NULL
                      AND token_family.expires_at > \(now) AND token_family.idle_expires_at > \(now)))
                """
        }
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
                   session.signed_out_at, session.auth_time, session.amr, session.browser_idle_expires_at,
                   session.browser_expires_at, session.seen_at, session.seen_address, session.seen_agent,
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
