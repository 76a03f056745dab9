package import OAuth

/// What a person has allowed an application.
package struct Consent: Hashable, Sendable {
    package let user: UserID
    package let client: ClientID
    package let scope: Scope
    package let grantedAt: Milliseconds

    package init(user: UserID, client: ClientID, scope: Scope, grantedAt: Milliseconds) {
        self.user = user
        self.client = client
        self.scope = scope
        self.grantedAt = grantedAt
    }

    init(_ row: Row) throws(StorageError) {
        self.init(
            user: try row.identifier("account_id"), client: try row.identifier("client_id"),
            scope: try row.scope("scope"), grantedAt: try row.instant("granted_at"))
    }

    /// The same with what was allowed before; where both are too long together, what was allowed last.
    func adding(_ former: Scope?) -> Consent {
        guard let former, let scope = Scope(tokens: former.tokens + scope.tokens) else { return self }
        return Consent(user: user, client: client, scope: scope, grantedAt: grantedAt)
    }
}

extension Statement where Answer == Consent? {
    package static func consent(of user: UserID, to client: ClientID) -> Self {
        Self(
            """
            SELECT account_id, client_id, scope, granted_at FROM consent
            WHERE account_id = \(user) AND client_id = \(client)
            """
        ) { rows throws(StorageError) in try rows.first.map { row throws(StorageError) in try Consent(row) } }
    }
}

extension Statement where Answer == [Consent] {
    /// Everything that a person has allowed, in the order of the clients' ids.
    package static func consents(of user: UserID) -> Self {
        Self(
            """
            SELECT account_id, client_id, scope, granted_at FROM consent
            WHERE account_id = \(user) ORDER BY client_id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try Consent(row) } }
    }
}

extension Statement where Answer == Void {
    static func write(_ consent: Consent) -> Self {
        Self(
            """
            INSERT INTO consent (account_id, client_id, scope, granted_at)
            VALUES (\(consent.user), \(consent.client), \(consent.scope), \(consent.grantedAt))
            ON CONFLICT (account_id, client_id) DO UPDATE SET scope = excluded.scope, granted_at = excluded.granted_at
            """)
    }
}

extension Statement where Answer == Bool {
    static func removeConsent(of user: UserID, to client: ClientID) -> Self {
        Self("DELETE FROM consent WHERE account_id = \(user) AND client_id = \(client) RETURNING client_id") { rows in
            !rows.isEmpty
        }
    }
}

extension Transaction {
    /// Remembers what a person allows, beside what they allowed before.
    ///
    /// - Throws: `constraint` (foreign key) when the client or user is gone.
    package func grant(_ consent: Consent, _ event: Event) throws(StorageError) {
        // The row is taken before it is added to, so that a withdrawal in between is not undone.
        let former = try run(.takeConsent(of: consent.user, to: consent.client))
        try run(.write(consent.adding(former)))
        try run(.record(event))
    }

    /// Takes back what a person allowed an application, and ends all that it has of them. Lock order: codes, families.
    ///
    /// - Returns: False when nothing had been allowed; what the application has is ended all the same.
    package func withdrawConsent(
        of user: UserID, to client: ClientID, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> Bool {
        let wasGranted = try run(.removeConsent(of: user, to: client))
        try run(.removeCodes(ofUser: user, in: client))
        try noteBackchannelLogouts(of: client, ofUser: user, because: event.id, at: now)
        let hasEnded = try run(.endFamilies(ofUser: user, in: client, .consentWithdrawn, at: now))
        // A name that somebody made up leaves no trace.
        if wasGranted || hasEnded { try run(.record(event)) }
        return wasGranted
    }
}
