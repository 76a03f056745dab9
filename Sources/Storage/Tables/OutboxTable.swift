package import OAuth

/// What kinds of messages go out.
package enum MessageKind: String, Hashable, Sendable, CaseIterable {
    /// A logout token for a client (OIDC Back-Channel Logout §2.5).
    case backchannelLogout = "backchannel_logout"
    /// To a person.
    case mail
}

/// A message that is to go out, written in the transaction of what it tells.
package struct NewMessage: Hashable, Sendable {
    package let id: MessageID
    package let event: EventID
    package let kind: MessageKind
    package let payload: String
    package let client: ClientID?
    package let session: SessionID?
    package let createdAt: Milliseconds

    package init(
        id: MessageID = .random(), event: EventID, kind: MessageKind, payload: String, client: ClientID? = nil,
        session: SessionID? = nil, createdAt: Milliseconds
    ) {
        self.id = id
        self.event = event
        self.kind = kind
        self.payload = payload
        self.client = client
        self.session = session
        self.createdAt = createdAt
    }
}

/// A message that this process is to deliver now, until its lease is over.
package struct DueMessage: Hashable, Sendable {
    package let id: MessageID
    package let event: EventID
    package let kind: MessageKind
    package let payload: String
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
        createdAt = try row.instant("created_at")
        attempt = try row.integer("attempts")
    }
}

/// Where a message is out of the way of those that are due.
private let never = Milliseconds(.max)

extension Statement where Answer == Void {
    /// - Parameter messages: At least one.
    static func insert(_ messages: ArraySlice<NewMessage>) -> Self {
        let rows = messages.map { message -> SQL in
            """
            (\(message.id), \(message.event), \(message.kind.rawValue), \(message.payload), \(message.client),
             \(message.session), \(message.createdAt), \(message.createdAt), 0)
            """
        }
        return Self(
            """
            INSERT INTO outbox (
                id, event_id, kind, payload, client_id, session_id, created_at, next_attempt_at, attempts)
            VALUES \(SQL.list(rows))
            """)
    }
}

extension Statement where Answer == [DueMessage] {
    /// Takes messages of one kind that are due, for one of any number of nodes; counts the attempt.
    ///
    /// - Parameters:
    ///   - resting: Clients whose messages are left where they are.
    ///   - until: When another node may try, because this one has told nothing.
    package static func claim(
        _ kind: MessageKind, exceptFor resting: [ClientID] = [], limit: Int64, until: Milliseconds, at now: Milliseconds
    ) -> Self {
        var isDue: SQL = """
            kind = \(kind.rawValue) AND next_attempt_at <= \(now) AND delivered_at IS NULL AND given_up_at IS NULL
            AND (leased_until IS NULL OR leased_until <= \(now))
            """
        if let last = resting.last {
            // By repeating one, lists of any length make few texts: each of them stays prepared at the server.
            let places = resting.count.roundedUpToPowerOfTwo
            let padded = resting + Array(repeating: last, count: places - resting.count)
            isDue = "\(isDue) AND COALESCE(client_id, '') NOT IN (\(SQL.list(padded.map { "\($0)" })))"
        }
        return Self(
            """
            UPDATE outbox SET leased_until = \(until), attempts = attempts + 1
            WHERE id IN (SELECT id FROM outbox WHERE \(isDue) ORDER BY next_attempt_at, id LIMIT \(limit))
              AND \(isDue)
            RETURNING id, event_id, kind, payload, created_at, attempts
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try DueMessage(row) }.sorted {
                ($0.createdAt, $0.id.text) < ($1.createdAt, $1.id.text)
            }
        }
    }
}

extension Statement where Answer == Bool {
    /// A claimed message has arrived; false when another attempt has begun meanwhile, or it was dropped.
    package static func delivered(_ message: DueMessage, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE outbox SET delivered_at = \(now), leased_until = NULL, next_attempt_at = \(never), last_error = NULL
            WHERE id = \(message.id) AND attempts = \(message.attempt) AND delivered_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// A claimed message has not arrived, and is tried again later; false as with `delivered`.
    ///
    /// - Parameter error: One sentence for the operator, without anything secret; cut to 256 bytes.
    package static func failed(_ message: DueMessage, _ error: String, nextAttempt: Milliseconds) -> Self {
        Self(
            """
            UPDATE outbox
            SET leased_until = NULL, next_attempt_at = \(nextAttempt), last_error = \(bounded(error))
            WHERE id = \(message.id) AND attempts = \(message.attempt) AND delivered_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// A claimed message was not tried after all: the attempt does not count; false as with `delivered`.
    package static func release(_ message: DueMessage, until nextAttempt: Milliseconds) -> Self {
        Self(
            """
            UPDATE outbox SET leased_until = NULL, attempts = attempts - 1, next_attempt_at = \(nextAttempt)
            WHERE id = \(message.id) AND attempts = \(message.attempt) AND delivered_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// A claimed message has not arrived, and is not tried again; false as with `delivered`.
    package static func givenUp(_ message: DueMessage, _ error: String, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE outbox
            SET given_up_at = \(now), leased_until = NULL, next_attempt_at = \(never), last_error = \(bounded(error))
            WHERE id = \(message.id) AND attempts = \(message.attempt) AND delivered_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Makes a message due now that waits or was given up, also one that a node is at; false when there is none.
    package static func retry(_ message: MessageID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE outbox SET next_attempt_at = \(now), given_up_at = NULL
            WHERE id = \(message) AND delivered_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Removes a message, whatever its state; false when there is none.
    package static func drop(_ message: MessageID) -> Self {
        Self("DELETE FROM outbox WHERE id = \(message) RETURNING id") { rows in !rows.isEmpty }
    }
}

/// An error as it is kept: 256 bytes without control characters, like other text from outside.
private func bounded(_ error: String) -> String { UserAgent(error).text }

extension Statement where Answer == Int {
    /// Removes at most 500 messages that were delivered or given up before an instant; tells how many.
    package static func removeMessages(deliveredBefore: Milliseconds, givenUpBefore: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM outbox WHERE id IN (
                SELECT id FROM outbox
                WHERE delivered_at <= \(deliveredBefore) OR given_up_at <= \(givenUpBefore)
                LIMIT 500)
            RETURNING id
            """
        ) { rows in rows.count }
    }
}

extension Int {
    /// - Precondition: At least 1.
    fileprivate var roundedUpToPowerOfTwo: Int { 1 << (bitWidth - (self - 1).leadingZeroBitCount) }
}
