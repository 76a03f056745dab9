package import OAuth
package import Secrets

/// What a person does on their own pages: each checks that what it ends is theirs.
extension Transaction {
    /// Ends one session of a person. False when it is not theirs, or has ended.
    package func endSession(
        _ session: SessionID, ownedBy user: UserID, _ reason: EndReason, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> Bool {
        guard try run(.owner(of: session)) == user else { return false }
        return try endSession(session, reason, at: now, event)
    }

    /// Ends every session of a person but one, with one event for all.
    ///
    /// - Returns: The sessions that lived.
    @discardableResult
    package func endSessions(
        ofUser user: UserID, except kept: SessionID, _ reason: EndReason, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> [SessionID] {
        let ended = try run(.endSessions(ofUser: user, except: kept, reason, at: now))
        for session in ended {
            try noteBackchannelLogouts(ofSession: session, because: event.id, at: now)
            try run(.endFamilies(ofSession: session, reason, at: now))
        }
        try run(.record(event))
        return ended
    }

    /// Ends one application in a session of a person, and tells it. Lock order: codes, session, families.
    package func endFamilies(
        of client: ClientID, in session: SessionID, ownedBy user: UserID, _ reason: EndReason, at now: Milliseconds,
        _ event: Event
    ) throws(StorageError) {
        try run(.removeCodes(of: client, in: session, ofUser: user))
        // Whoever redeems a code takes this row too, and so does a second press of the button.
        guard try run(.take(session, of: user)) else { return }
        try noteBackchannelLogouts(of: client, ofUser: user, in: session, because: event.id, at: now)
        guard try run(.endFamilies(of: client, in: session, ofUser: user, reason, at: now)) else { return }
        try run(.record(event))
    }

    /// Stores another password and ends every other session: whoever knew the old one is signed out, and no other
    /// browser is known any more.
    ///
    /// - Parameters:
    ///   - old: The stored hash that was checked.
    ///   - session: Where it is done: it goes on, with another cookie, since the old one may be what was stolen.
    ///   - device: Of the browser's cookie, when it came with one.
    /// - Returns: False when the password was changed since; nothing is written then.
    package func changePassword(
        of user: UserID, from old: String, to new: String, keeping session: SessionID, as cookie: TokenHash,
        on device: TokenHash?, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> Bool {
        guard try run(.upgradePasswordHash(from: old, to: new, of: user)) else { return false }
        try run(.removeLinks(of: user))
        try forgetDevices(of: user, except: device)
        try endSessions(ofUser: user, except: session, .passwordChanged, at: now, event)
        try run(.setCookie(cookie, of: session))
        try tell(.passwordChanged, of: event, to: user)
        return true
    }

    /// Whether a person's consent still covers a scope: writes the row, so that a withdrawal waits or is seen.
    package func takeConsent(
        of user: UserID, to client: ClientID, covering scope: Scope
    ) throws(StorageError) -> Bool {
        guard let consented = try run(.takeConsent(of: user, to: client)) else { return false }
        return scope.isSubset(of: consented)
    }
}

extension Statement where Answer == [SessionID] {
    fileprivate static func endSessions(
        ofUser user: UserID, except kept: SessionID, _ reason: EndReason, at now: Milliseconds
    ) -> Self {
        Self(
            """
            UPDATE session SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE account_id = \(user) AND id <> \(kept) AND ended_at IS NULL
            RETURNING id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.identifier("id") } }
    }
}

extension Statement where Answer == Bool {
    fileprivate static func take(_ session: SessionID, of user: UserID) -> Self {
        Self(
            """
            UPDATE session SET families = families WHERE id = \(session) AND account_id = \(user)
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    fileprivate static func endFamilies(
        of client: ClientID, in session: SessionID, ofUser user: UserID, _ reason: EndReason, at now: Milliseconds
    ) -> Self {
        Self(
            """
            UPDATE token_family SET ended_at = \(now), end_reason = \(reason.rawValue)
            WHERE session_id = \(session) AND account_id = \(user) AND client_id = \(client) AND ended_at IS NULL
            RETURNING client_id
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Void {
    fileprivate static func setCookie(_ cookie: TokenHash, of session: SessionID) -> Self {
        Self(
            """
            UPDATE session SET cookie_hash = \(cookie)
            WHERE id = \(session) AND ended_at IS NULL AND signed_out_at IS NULL
            """)
    }
}

extension Statement where Answer == Scope? {
    static func takeConsent(of user: UserID, to client: ClientID) -> Self {
        Self(
            """
            UPDATE consent SET granted_at = granted_at WHERE account_id = \(user) AND client_id = \(client)
            RETURNING scope
            """
        ) { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try row.scope("scope") }
        }
    }
}

extension Statement where Answer == SignInRecord? {
    /// What is compared when a person who is signed in gives their password again.
    package static func signIn(user: UserID) -> Self {
        Self("SELECT id, password_hash, disabled_at, claims FROM account WHERE id = \(user)") {
            rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try SignInRecord(row) }
        }
    }
}
