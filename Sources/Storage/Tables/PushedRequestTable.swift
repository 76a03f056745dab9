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

/// A pushed request that lives.
package struct PushedRequest: Hashable, Sendable {
    /// Form-encoded.
    package let parameters: String
    /// Whether a browser has come with it.
    package let isOpened: Bool
}

extension Statement where Answer == PushedRequest? {
    /// A client's request, while it lives.
    package static func pushedRequest(_ hash: TokenHash, of client: ClientID, at now: Milliseconds) -> Self {
        Self(
            """
            SELECT parameters, opened_at FROM pushed_request
            WHERE hash = \(hash) AND client_id = \(client) AND expires_at > \(now)
            """
        ) { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in
                PushedRequest(
                    parameters: try row.text("parameters"), isOpened: try row.optionalInteger("opened_at") != nil)
            }
        }
    }
}

extension Statement where Answer == Bool {
    /// A browser has come with a request for the first time; false when it was not the first, or the request is over.
    ///
    /// - Parameter until: How long it lives from now on: the time that a person may take for the pages.
    package static func openPushedRequest(_ hash: TokenHash, at now: Milliseconds, until: Milliseconds) -> Self {
        Self(
            """
            UPDATE pushed_request SET expires_at = \(until), opened_at = \(now)
            WHERE hash = \(hash) AND opened_at IS NULL AND expires_at > \(now)
            RETURNING client_id
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Int {
    /// Removes the oldest requests of a client, expired ones first; tells how many.
    package static func removeOldestPushedRequests(of client: ClientID, count: Int64) -> Self {
        Self(
            """
            DELETE FROM pushed_request WHERE hash IN (
                SELECT hash FROM pushed_request WHERE client_id = \(client) ORDER BY created_at, hash LIMIT \(count))
            RETURNING client_id
            """
        ) { rows in rows.count }
    }

    /// Removes at most 500 expired requests; tells how many.
    package static func removeExpiredPushedRequests(at now: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM pushed_request WHERE hash IN (
                SELECT hash FROM pushed_request WHERE expires_at <= \(now) ORDER BY expires_at LIMIT 500)
            AND (expires_at <= \(now)) IS TRUE
            RETURNING client_id
            """
        ) { rows in rows.count }
    }
}
