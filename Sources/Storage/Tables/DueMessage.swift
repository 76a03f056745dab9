package import OAuth

/// A message that this process is to deliver now, until its lease is over.
package struct DueMessage: Hashable, Sendable {
    package let id: MessageID
    package let event: EventID
    package let kind: MessageKind
    package let payload: String
    package let client: ClientID?
    package let webhook: WebhookID?
    package let createdAt: Milliseconds
    /// Which attempt this is, from 1: what is told of it counts only while no later one has begun.
    package let attempt: Int64

    init(_ row: Row) throws(StorageError) {
        guard let kind = MessageKind(rawValue: try row.text("kind")) else {
            throw .corrupt(reason: "column kind holds an unknown kind of message")
        }
        id = try row.identifier("id")
        event = try row.identifier("event_id")
        self.kind = kind
        payload = try row.text("payload")
        client = try row.optionalIdentifier("client_id")
        webhook = try row.optionalIdentifier("webhook_id")
        createdAt = try row.instant("created_at")
        attempt = try row.integer("attempts")
    }
}

/// No lease is as long: one that ends later was given before a clock was set back, and counts no more.
let longestLease = Duration.minutes(2)

extension Statement where Answer == [DueMessage] {
    /// Takes messages of one kind that are due, for one of any number of nodes; counts the attempt.
    ///
    /// - Parameter until: When another node may try, because this one has told nothing: at most two minutes from now.
    package static func claim(
        _ kind: MessageKind, limit: Int64, until: Milliseconds, at now: Milliseconds
    ) -> Self {
        claim(where: "kind = \(kind.rawValue)", limit: limit, until: until, at: now)
    }

    /// The same for notices of sign-outs to one application.
    package static func claim(
        for client: ClientID, limit: Int64, until: Milliseconds, at now: Milliseconds
    ) -> Self {
        claim(
            where: "kind = \(MessageKind.backchannelLogout.rawValue) AND client_id = \(client)", limit: limit,
            until: until, at: now)
    }

    /// The same for messages to one webhook.
    package static func claim(
        for webhook: WebhookID, limit: Int64, until: Milliseconds, at now: Milliseconds
    ) -> Self {
        claim(where: "webhook_id = \(webhook)", limit: limit, until: until, at: now)
    }

    private static func claim(
        where isMeant: SQL, limit: Int64, until: Milliseconds, at now: Milliseconds
    ) -> Self {
        let isDue: SQL = """
            \(isMeant) AND next_attempt_at <= \(now) AND delivered_at IS NULL AND given_up_at IS NULL
            AND (leased_until IS NULL OR leased_until <= \(now) OR leased_until > \(now + longestLease))
            """
        // Looked at again for PostgreSQL, where another node may have been faster; as a whole, since by the parts of it
        // SQLite would find all that is due, a hundred thousand rows for sixteen.
        return Self(
            """
            UPDATE outbox SET leased_until = \(until), attempts = attempts + 1
            WHERE id IN (SELECT id FROM outbox WHERE \(isDue) ORDER BY next_attempt_at, id LIMIT \(limit))
              AND (\(isDue)) IS TRUE
            RETURNING id, event_id, kind, payload, client_id, webhook_id, created_at, attempts
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try DueMessage(row) }.sorted {
                ($0.createdAt, $0.id.text) < ($1.createdAt, $1.id.text)
            }
        }
    }
}

extension Statement where Answer == [ClientID] {
    /// Applications that have notices of sign-outs which are due, also such as a node is at.
    ///
    /// From one application in the index to the next, whatever number of notices each has; also such as were removed.
    package static func dueClients(at now: Milliseconds) -> Self {
        let kind = MessageKind.backchannelLogout.rawValue
        return Self(
            """
            WITH RECURSIVE waiting (client_id) AS (
                SELECT (
                    SELECT client_id FROM outbox WHERE kind = \(kind) AND client_id > ''
                    ORDER BY client_id LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT outbox.client_id FROM outbox
                    WHERE outbox.kind = \(kind) AND outbox.client_id > waiting.client_id
                    ORDER BY outbox.client_id LIMIT 1)
                FROM waiting WHERE waiting.client_id IS NOT NULL
            )
            SELECT client_id FROM waiting
            WHERE client_id IS NOT NULL AND EXISTS (
                SELECT 1 FROM outbox
                WHERE outbox.kind = \(kind) AND outbox.client_id = waiting.client_id
                  AND outbox.next_attempt_at <= \(now))
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try row.identifier("client_id") }
        }
    }
}
