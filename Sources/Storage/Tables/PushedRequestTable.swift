package import OAuth
package import Secrets

/// An authorization request that a client has sent ahead (RFC 9126 §2).
package struct NewPushedRequest: Hashable, Sendable {
    /// SHA-256 of the 256 random bits in its `request_uri`.
    package let hash: TokenHash
    package let client: ClientID
    /// The request's parameters, form-encoded.
    package let parameters: String
    package let createdAt: Milliseconds
    package let expiresAt: Milliseconds

    package init(
        hash: TokenHash, client: ClientID, parameters: String, createdAt: Milliseconds, expiresAt: Milliseconds
    ) {
        self.hash = hash
        self.client = client
        self.parameters = parameters
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

extension Statement where Answer == Void {
    /// - Throws: `constraint` (foreign key) when the client is gone.
    package static func push(_ request: NewPushedRequest) -> Self {
        Self(
            """
            INSERT INTO pushed_request (hash, client_id, parameters, created_at, expires_at)
            VALUES (
                \(request.hash), \(request.client), \(request.parameters), \(request.createdAt), \(request.expiresAt))
            """)
    }
}

extension Statement where Answer == Bool {
    /// Removes a request that has its answer now; false when somebody else was faster: it is for one use (RFC 9126 §4).
    package static func removePushedRequest(_ hash: TokenHash) -> Self {
        Self("DELETE FROM pushed_request WHERE hash = \(hash) RETURNING client_id") { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Int {
    /// How many requests of a client there are, expired ones too; counted no further than to a limit.
    package static func pushedRequests(of client: ClientID, limit: Int64) -> Self {
        Self("SELECT client_id FROM pushed_request WHERE client_id = \(client) LIMIT \(limit)") { rows in rows.count }
    }
}

extension Statement where Answer == String? {
    /// The parameters of a client's request, while it lives.
    ///
    /// - Parameter until: How long it lives from its first opening on: the time that a person may take for the pages.
    ///   Later openings do not prolong it.
    package static func openPushedRequest(
        _ hash: TokenHash, of client: ClientID, at now: Milliseconds, until: Milliseconds
    ) -> Self {
        Self(
            """
            UPDATE pushed_request
            SET expires_at = CASE WHEN opened_at IS NULL THEN \(until) ELSE expires_at END,
                opened_at = COALESCE(opened_at, \(now))
            WHERE hash = \(hash) AND client_id = \(client) AND expires_at > \(now)
            RETURNING parameters
            """
        ) { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try row.text("parameters") }
        }
    }
}

extension Statement where Answer == Int {
    /// Removes at most 500 expired requests; tells how many.
    package static func removeExpiredPushedRequests(at now: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM pushed_request WHERE hash IN (
                SELECT hash FROM pushed_request WHERE expires_at <= \(now) ORDER BY expires_at LIMIT 500)
            RETURNING client_id
            """
        ) { rows in rows.count }
    }
}
