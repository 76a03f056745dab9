package import OAuth

extension Transaction {
    /// Makes a session and, when there is one, its first family.
    ///
    /// - Returns: False when the user is gone or disabled by now, or the session has ended; nothing is written then.
    package func begin(_ session: NewSession, _ family: NewFamily?, _ event: Event) throws(StorageError) -> Bool {
        guard try run(.insert(session)) else { return false }
        if let family {
            guard try run(.takeForNewFamily(session.id)) else { return false }
            try run(.insert(family))
        }
        try run(.record(event))
        return true
    }

    /// Ends a session and all its families. False when it had ended, or there is none.
    package func endSession(
        _ session: SessionID, _ reason: EndReason, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> Bool {
        guard try run(.endSession(session, reason, at: now)) else { return false }
        try run(.endFamilies(ofSession: session, reason, at: now))
        try run(.record(event))
        return true
    }

    /// Ends every session of a user with all their families.
    ///
    /// - Returns: The sessions that lived.
    package func endSessions(
        ofUser user: UserID, _ reason: EndReason, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> [SessionID] {
        let ended = try run(.endSessions(ofUser: user, reason, at: now))
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

    /// Removes a user with everything of theirs; events keep the id.
    package func removeUser(_ user: UserID, _ event: Event) throws(StorageError) {
        try run(.removeFamilies(ofUser: user))
        try run(.removeSessions(ofUser: user))
        try run(.removeAccount(user))
        try run(.record(event))
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
    package func removeClient(_ client: ClientID, _ event: Event) throws(StorageError) -> Bool {
        try run(.removeFamilies(ofClient: client))
        guard try run(.removeClient(client)) else { return false }
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
