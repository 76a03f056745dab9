package import OAuth
package import Secrets

/// What people are told, and how they answer.
extension Transaction {
    /// Records an event and tells a person of it, in this transaction: on their pages, and by mail where they have an
    /// address that is proved to be theirs.
    ///
    /// - Parameter address: Where the mail goes; nil for the proved address that the account has.
    package func recordAndTell(
        _ event: Event, _ kind: PersonMessageKind, to user: UserID, at address: EmailAddress? = nil
    ) throws(StorageError) {
        try run(.record(event))
        try tell(kind, of: event, to: user, at: address)
    }

    /// The same for an event that strangers can cause: nothing is written when there is one of its `onceKey`.
    package func recordOnceAndTell(
        _ event: Event, _ kind: PersonMessageKind, to user: UserID, at address: EmailAddress? = nil
    ) throws(StorageError) {
        guard try run(.recordOnce(event)) else { return }
        try tell(kind, of: event, to: user, at: address)
    }

    /// The same, but the person is told at most once of a family and day; every event of another `onceKey` is recorded.
    package func recordAndTellDaily(
        _ event: Event, _ kind: PersonMessageKind, to user: UserID
    ) throws(StorageError) {
        guard try run(.lock(user)), try run(.recordOnce(event)) else { return }
        guard let family = event.family, try !run(.isTold(kind, of: family, user, since: event.at - .days(1))) else {
            return
        }
        try tell(kind, of: event, to: user)
    }

    /// The same for an event that is recorded already.
    package func tell(
        _ kind: PersonMessageKind, of event: Event, to user: UserID, at address: EmailAddress? = nil
    ) throws(StorageError) {
        if kind.isNotice { try run(.insert(kind, to: user, because: event)) }
        guard let account = try run(.account(user)) else { return }
        // Whose address it is now: a later change must not lead the message elsewhere. Nobody has shown that an
        // unproved one is the person's.
        guard let address = address ?? account.provedEmail else { return }
        try run(.insert(PersonMessage(kind: kind, user: user, address: address), because: event))
    }

    /// Makes every browser of a person a new one again, but for one.
    package func forgetDevices(of user: UserID, except kept: TokenHash? = nil) throws(StorageError) {
        try run(.removeDevices(of: user, except: kept))
    }

    /// No link in an earlier mail is good any more.
    package func removeLinks(of user: UserID) throws(StorageError) { try run(.removeLinks(of: user)) }

    /// "This was me": the notice is answered, and its links are used up.
    ///
    /// - Returns: False when the link is not good any more; nothing is written then.
    package func allIsWell(_ link: TokenHash, _ opened: OpenLink, at now: Milliseconds, _ event: Event)
        throws(StorageError) -> Bool
    {
        guard let about = opened.event, try run(.useLink(link, for: .allIsWell, at: now)) else { return false }
        try run(.removeLinks(of: opened.user, about: about))
        _ = try run(.answer(.mine, to: about, of: opened.user, at: now))
        try run(.record(event))
        return true
    }

    /// "This was not me": ends everything of the person, and gives them one link to choose a password with. The old
    /// password is good for nothing from now on, and an address that the message was about is taken back.
    ///
    /// No browser is known any more. Lock order: user, link, session, families.
    ///
    /// - Parameter next: The link for the page that follows.
    /// - Returns: False when the link is not good any more; nothing is written then.
    package func notMe(_ link: TokenHash, _ opened: OpenLink, next: NewLink, at now: Milliseconds, _ event: Event)
        throws(StorageError) -> Bool
    {
        guard try run(.lock(opened.user)), try run(.useLink(link, for: .notMe, at: now)) else { return false }
        try run(.forgetPassword(of: opened.user))
        try forgetDevices(of: opened.user)
        if let email = opened.email { try run(.takeBack(email, of: opened.user, at: now)) }
        _ = try endSessions(ofUser: opened.user, .endedByPerson, at: now, event)
        if let about = opened.event { _ = try run(.answer(.notMine, to: about, of: opened.user, at: now)) }
        try run(.removeAllLinks(of: opened.user))
        try run(.insert([next]))
        return true
    }

    /// Sets a password by a link, ends everything that was begun with the old one, and tells the person.
    ///
    /// The browser in which it is done is the one that is known from now on, and wrong guesses are forgotten: the way
    /// out of a lockout.
    ///
    /// - Parameter device: Of that browser's cookie.
    /// - Returns: False when the link is not good any more; nothing is written then.
    package func resetPassword(
        _ link: TokenHash, of user: UserID, to hash: String, on device: TokenHash, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> Bool {
        guard try run(.lock(user)), try run(.useLink(link, for: .resetPassword, at: now)) else { return false }
        try run(.setPasswordHash(hash, of: user))
        try forgetDevices(of: user)
        try run(.addDevice(device, of: user, by: event.holder, at: now))
        if let account = try run(.account(user)) { try forgetGuesses(of: account) }
        try run(.removeLinks(of: user))
        _ = try endSessions(ofUser: user, .passwordChanged, at: now, event)
        try tell(.passwordReset, of: event, to: user)
        return true
    }
}

extension Transaction {
    /// Takes an address that its owner has confirmed by a link, and tells the old one.
    ///
    /// - Returns: False when the link is not good any more; nothing is written then.
    /// - Throws: `constraint` (unique) when another account has proved this address.
    package func confirmEmail(
        _ link: TokenHash, of user: UserID, _ email: EmailAddress, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> Bool {
        guard try run(.lock(user)), try run(.useLink(link, for: .confirmEmail, at: now)),
            let account = try run(.account(user))
        else { return false }
        // Nobody has shown that an unproven address is the person's.
        let old = account.provedEmail
        try run(.setVerifiedEmail(email, of: user, at: now))
        try run(.removeLinks(of: user))
        guard let old, old.key != email.key else {
            try run(.record(event))
            return true
        }
        try recordAndTell(event, .emailChanged, to: user, at: old)
        return true
    }
}

extension Transaction {
    /// Sets the first password by the link of an invitation, whose reader has proved the address.
    ///
    /// - Parameter device: Of the cookie of the browser in which it is done, which is known from now on.
    /// - Returns: False when the link is not good any more; nothing is written then.
    /// - Throws: `constraint` (unique) when another account has proved this address.
    package func acceptInvitation(
        _ link: TokenHash, of user: UserID, _ email: EmailAddress, to hash: String, on device: TokenHash,
        at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> Bool {
        guard try run(.lock(user)), try run(.useLink(link, for: .invitation, at: now)),
            try run(.account(user))?.email.flatMap({ try? EmailAddress($0) })?.key == email.key
        else { return false }
        try run(.setPasswordHash(hash, of: user))
        try run(.addDevice(device, of: user, by: event.holder, at: now))
        try run(.setVerifiedEmail(email, of: user, at: now))
        try run(.removeLinks(of: user))
        try run(.record(event))
        return true
    }
}

extension Statement where Answer == Bool {
    /// Takes a user's row first, as sign-ins do; false when they are gone.
    package static func lock(_ user: UserID) -> Self {
        Self("UPDATE account SET name = name WHERE id = \(user) RETURNING id") { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Void {
    fileprivate static func forgetPassword(of user: UserID) -> Self {
        Self("UPDATE account SET password_hash = NULL WHERE id = \(user)")
    }

    /// Gives a user their former address back, unless another account has proved it since.
    fileprivate static func takeBack(_ email: EmailAddress, of user: UserID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE account SET email = \(email.text), email_key = \(email.key), email_verified_at = \(now)
            WHERE id = \(user) AND NOT EXISTS (
                SELECT 1 FROM account AS other
                WHERE other.email_key = \(email.key) AND other.email_verified_at IS NOT NULL AND other.id <> \(user))
            """)
    }

    /// A mail, where there is an address to send it to.
    fileprivate static func insert(_ message: PersonMessage, because event: Event) -> Self {
        let id = MessageID.random()
        return Self(
            """
            INSERT INTO outbox (
                id, event_id, kind, payload, account_id, client_id, session_id, created_at, next_attempt_at, attempts)
            SELECT \(id), \(event.id), \(MessageKind.mail.rawValue), \(message.payload), account.id, \(event.client),
                   \(event.session), \(event.at), \(event.at), 0
            FROM account WHERE id = \(message.user)
            """)
    }
}
