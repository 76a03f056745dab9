package import OAuth

extension Transaction {
    /// Signs a person in in a browser. Lock order: user, session, families.
    ///
    /// In the browser's former session of the same person they go on, with a new cookie and a new time of
    /// authentication; another person's is signed out.
    /// - Parameters:
    ///   - former: The session of the cookie that the browser came with, when it lived.
    ///   - hash: The stored password hash that was checked; nil for a user without a password.
    ///   - guesses: Records of wrong ones that are over with this sign-in.
    ///   - event: What is recorded, with the session filled in.
    /// - Returns: The session; nil when the user is gone or disabled by now, or has another password: nothing is
    ///   written then.
    package func signIn(
        _ session: NewBrowserSession, replacing former: SessionID?, checked hash: String?,
        forgetting guesses: [GuessKey], _ event: Event
    ) throws(StorageError) -> SessionID? {
        let hasSignedIn = try run(.hasSignedIn(session.user))
        guard
            try run(
                .takeForSignIn(session.user, checked: hash, language: session.language, at: session.createdAt))
        else { return nil }
        var event = event
        event.session = session.id
        if let former, try run(.renew(former, as: session)) {
            event.session = former
        } else {
            if let former { try signOutOther(former, than: session.user, because: event) }
            guard try run(.insert(session)) else { return nil }
        }
        try run(.record(event))
        try forgetGuesses(guesses)
        try welcome(session, in: event.session ?? session.id, isFirst: !hasSignedIn, because: event)
        return event.session
    }

    /// Knows the browser again, or remembers it and tells the person; not of their first one.
    ///
    /// - Parameter isFirst: Whether they have never signed in before: that no browser is known says nothing, for all
    ///   are forgotten with a password that an operator sets, or by their owner.
    private func welcome(
        _ session: NewBrowserSession, in id: SessionID, isFirst: Bool, because event: Event
    ) throws(StorageError) {
        let (user, now) = (session.user, session.createdAt)
        guard try !run(.seeDevice(session.device, of: user, by: session.holder, at: now)) else { return }
        // Two may sign in for the first time at once: the second is told of.
        let hasOther = try run(.hasDevice(user))
        try run(.addDevice(session.device, of: user, by: session.holder, at: now))
        guard hasOther || !isFirst else { return }
        try recordAndTell(
            Event(
                at: now, type: .newDevice, user: user, client: event.client, session: id, holder: session.holder,
                requestID: event.requestID),
            .newDevice, to: user)
    }

    private func signOutOther(
        _ former: SessionID, than user: UserID, because event: Event
    ) throws(StorageError) {
        guard let owner = try run(.owner(of: former)), owner != user else { return }
        _ = try signOut(
            former, at: event.at,
            Event(
                at: event.at, type: .signedOut, user: owner, session: former, holder: event.holder,
                requestID: event.requestID))
    }

    /// Signs a browser out: its cookie opens nothing more, and families without `offline_access` end.
    ///
    /// Every application with a living family in the session is told, also where that family goes on (OIDC
    /// Back-Channel Logout §2.7).
    /// - Returns: False when it was signed out already, or the session has ended, or there is none.
    package func signOut(_ session: SessionID, at now: Milliseconds, _ event: Event) throws(StorageError) -> Bool {
        guard try run(.signOut(session, at: now)) else { return false }
        try noteBackchannelLogouts(ofSession: session, because: event.id, at: now)
        try run(.endOnlineFamilies(ofSession: session, .signedOut, at: now))
        try run(.record(event))
        return true
    }
}
