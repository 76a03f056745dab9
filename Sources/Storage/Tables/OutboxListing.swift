package import OAuth

/// What has become of a message.
package enum MessageState: String, Hashable, Sendable, CaseIterable {
    case waiting
    case delivered
    case givenUp = "given_up"
}

/// A message as an operator sees it; the payload stays out.
package struct OutboxListing: Hashable, Sendable {
    package let id: MessageID
    package let event: EventID
    /// A `MessageKind`, or one of a newer version.
    package let kind: String
    package let client: ClientID?
    package let session: SessionID?
    /// Whom a mail is for.
    package let user: UserID?
    package let userName: String?
    package let webhook: WebhookID?
    package let createdAt: Milliseconds
    package let attempts: Int64
    /// Nil when there is none to come.
    package let nextAttemptAt: Milliseconds?
    package let lastError: String?
    package let deliveredAt: Milliseconds?
    package let givenUpAt: Milliseconds?

    package var state: MessageState {
        if deliveredAt != nil { return .delivered }
        return givenUpAt != nil ? .givenUp : .waiting
    }

    init(_ row: Row) throws(StorageError) {
        id = try row.identifier("id")
        event = try row.identifier("event_id")
        kind = try row.text("kind")
        client = try row.optionalIdentifier("client_id")
        session = try row.optionalIdentifier("session_id")
        user = try row.optionalIdentifier("account_id")
        userName = try row.optionalText("account_name")
        webhook = try row.optionalIdentifier("webhook_id")
        createdAt = try row.instant("created_at")
        attempts = try row.integer("attempts")
        lastError = try row.optionalText("last_error")
        deliveredAt = try row.optionalInstant("delivered_at")
        givenUpAt = try row.optionalInstant("given_up_at")
        nextAttemptAt = deliveredAt == nil && givenUpAt == nil ? try row.instant("next_attempt_at") : nil
    }
}

/// Which messages are meant.
package struct MessageFilter: Hashable, Sendable {
    package var kind: MessageKind?
    package var state: MessageState?

    package init(kind: MessageKind? = nil, state: MessageState? = nil) {
        self.kind = kind
        self.state = state
    }

    package static let waiting = MessageFilter(state: .waiting)

    fileprivate var sql: SQL {
        let state: SQL =
            switch state {
            case nil: "1 = 1"
            case .waiting: "delivered_at IS NULL AND given_up_at IS NULL"
            case .delivered: "delivered_at IS NOT NULL"
            case .givenUp: "given_up_at IS NOT NULL AND delivered_at IS NULL"
            }
        return kind.map { "kind = \($0.rawValue) AND \(state)" } ?? state
    }
}

private let listedColumns: SQL = """
    id, event_id, kind, client_id, session_id, account_id, webhook_id, created_at, attempts, next_attempt_at,
    last_error, delivered_at, given_up_at,
    (SELECT name FROM account WHERE account.id = outbox.account_id) AS account_name
    """

extension Statement where Answer == [OutboxListing] {
    /// Messages, newest first, a page of at most `limit` after the last one of the page before.
    package static func messages(
        _ wanted: MessageFilter = MessageFilter(), after last: OutboxListing? = nil, limit: Int64
    ) -> Self {
        var filter = wanted.sql
        if let last {
            filter = """
                \(filter) AND (created_at < \(last.createdAt) OR (created_at = \(last.createdAt) AND id < \(last.id)))
                """
        }
        return Self(
            "SELECT \(listedColumns) FROM outbox WHERE \(filter) ORDER BY created_at DESC, id DESC LIMIT \(limit)"
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try OutboxListing(row) } }
    }
}

extension Statement where Answer == OutboxListing? {
    package static func message(_ id: MessageID) -> Self {
        Self("SELECT \(listedColumns) FROM outbox WHERE id = \(id)") { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try OutboxListing(row) }
        }
    }
}

extension Statement where Answer == Int64 {
    package static func countMessages(_ meant: MessageFilter) -> Self {
        Self("SELECT COUNT(*) AS number FROM outbox WHERE \(meant.sql)") { rows throws(StorageError) in
            try rows.first?.integer("number") ?? 0
        }
    }
}

extension Statement where Answer == Int {
    /// Makes at most 500 messages due that wait for later or were given up; tells how many.
    package static func retry(_ meant: MessageFilter, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE outbox SET next_attempt_at = \(now), given_up_at = NULL
            WHERE delivered_at IS NULL AND id IN (
                SELECT id FROM outbox
                WHERE \(meant.sql) AND delivered_at IS NULL AND next_attempt_at > \(now) LIMIT 500)
            RETURNING id
            """
        ) { rows in rows.count }
    }

    /// Removes at most 500 messages; tells how many.
    package static func drop(_ meant: MessageFilter) -> Self {
        Self(
            """
            DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE \(meant.sql) LIMIT 500)
            AND (\(meant.sql)) IS TRUE
            RETURNING id
            """
        ) { rows in rows.count }
    }
}
