package import OAuth

extension Transaction {
    /// Makes a session and, when there is one, its first family. Lock order: user, session, families.
    ///
    /// - Parameter hash: The stored password hash that was checked; nil for a user without a password.
    /// - Returns: False when the user is gone or disabled by now, or has another password; nothing is written then.
    /// - Throws: `constraint` (foreign key) when the client is gone.
    package func begin(
        _ session: NewSession, _ family: NewFamily?, checked hash: String?, _ event: Event
    ) throws(StorageError) -> Bool {
        guard try run(.takeForSignIn(session.user, checked: hash, at: session.createdAt)) else { return false }
        guard try run(.insert(session)) else { return false }
        if let family {
            guard try run(.takeForNewFamily(session.id)) else { return false }
            try run(.insert(family))
        }
        try run(.record(event))
        return true
    }

    /// Ends a session and all its families, and tells its applications. False when it had ended, or there is none.
    package func endSession(
        _ session: SessionID, _ reason: EndReason, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> Bool {
        guard try run(.endSession(session, reason, at: now)) else { return false }
        try noteBackchannelLogouts(ofSession: session, because: event.id, at: now)
        try run(.endFamilies(ofSession: session, reason, at: now))
        try run(.record(event))
        return true
    }

    /// Ends every session of a user with all their families, and tells their applications.
    ///
    /// - Returns: The sessions that lived.
    package func endSessions(
        ofUser user: UserID, _ reason: EndReason, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> [SessionID] {
        let ended = try run(.endSessions(ofUser: user, reason, at: now))
        try noteBackchannelLogouts(ofUser: user, because: event.id, at: now)
        try run(.endFamilies(ofUser: user, reason, at: now))
        try run(.record(event))
        return ended
    }

    /// Disables a user and ends all of theirs. False when they were disabled already.
    package func disable(_ user: UserID, at now: Milliseconds, _ event: Event) throws(StorageError) -> Bool {
        guard try run(.disable(user, at: now)) else { return false }
        _ = try endSessions(ofUser: user, .userDisabled, at: now, event)
        return true
    }

    /// Removes a user with everything of theirs, and tells their applications; events keep the id.
    ///
    /// - Throws: `conflict` when they sign in meanwhile.
    package func removeUser(_ user: UserID, _ event: Event) throws(StorageError) {
        _ = try run(.endSessions(ofUser: user, .userRemoved, at: event.at))
        try noteBackchannelLogouts(ofUser: user, because: event.id, at: event.at)
        try run(.removeFamilies(ofUser: user))
        try removing { () throws(StorageError) in
            try run(.removeSessions(ofUser: user))
            try run(.removeAccount(user))
        }
        try run(.record(event))
    }

    /// What still hangs on a row that is to go came in after we looked: a sign-in was faster.
    private func removing<Answer>(_ work: () throws(StorageError) -> Answer) throws(StorageError) -> Answer {
        do throws(StorageError) {
            return try work()
        } catch .constraint(.foreignKey, _) {
            throw .conflict(reason: "somebody signed in meanwhile")
        }
    }

    /// Adds a client with its claim policy. False when its id is taken.
    package func add(_ client: Client, _ event: Event) throws(StorageError) -> Bool {
        guard try run(.insert(client)) else { return false }
        for attribute in client.claims.attributes { try run(.addClaim(attribute, to: client.id)) }
        try run(.record(event))
        return true
    }

    /// Writes a client and its claim policy anew. False when there is none.
    package func update(_ client: Client, _ event: Event) throws(StorageError) -> Bool {
        guard try run(.update(client)) else { return false }
        try run(.removeClaims(of: client.id))
        for attribute in client.claims.attributes { try run(.addClaim(attribute, to: client.id)) }
        try run(.record(event))
        return true
    }

    /// Removes a client and every family of it. False when there is none.
    ///
    /// - Throws: `conflict` when somebody signs in with it meanwhile.
    package func removeClient(_ client: ClientID, _ event: Event) throws(StorageError) -> Bool {
        // A redemption takes the code, then the client: so codes go first.
        try run(.removeCodes(ofClient: client))
        try run(.removeFamilies(ofClient: client))
        guard try removing({ () throws(StorageError) in try run(.removeClient(client)) }) else { return false }
        try run(.record(event))
        return true
    }

    /// A client with its claim policy.
    package func client(_ id: ClientID) throws(StorageError) -> Client? {
        guard var client = try run(.clients(id)).first else { return nil }
        client.claims = ClaimPolicy(stored: try run(.claims(of: id)))
        return client
    }
}
