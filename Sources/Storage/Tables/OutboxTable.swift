package import OAuth

/// What kinds of messages go out.
package enum MessageKind: String, Hashable, Sendable, CaseIterable {
    /// A logout token for a client (OIDC Back-Channel Logout §2.5).
    case backchannelLogout = "backchannel_logout"
    /// To a person.
    case mail
    /// An event, for an operator's own service (docs/webhooks.md).
    case webhook
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

/// Where a message is out of the way of those that are due.
let never = Milliseconds(.max)

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
func bounded(_ error: String) -> String { UserAgent(error).text }

extension Statement where Answer == Int {
    /// Makes messages due that wait for longer than any pause is: a clock was set back since. At most 500; tells how
    /// many.
    package static func recall(
        _ kind: MessageKind, dueAfter latest: Milliseconds, at now: Milliseconds
    ) -> Self {
        Self(
            """
            UPDATE outbox SET next_attempt_at = \(now), leased_until = NULL WHERE id IN (
                SELECT id FROM outbox
                WHERE kind = \(kind.rawValue) AND next_attempt_at > \(latest) AND next_attempt_at < \(never)
                LIMIT 500)
            RETURNING id
            """
        ) { rows in rows.count }
    }

    /// Removes at most 500 messages that were delivered before an instant; tells how many.
    package static func removeMessages(deliveredBefore: Milliseconds) -> Self {
        removeMessages { "delivered_at <= \(deliveredBefore)" }
    }

    /// The same for messages that were given up before an instant.
    package static func removeMessages(givenUpBefore: Milliseconds) -> Self {
        removeMessages { "given_up_at <= \(givenUpBefore)" }
    }

    /// The same for messages that wait since before an instant: nothing was there that could have sent them.
    package static func removeMessages(waitingSince: Milliseconds) -> Self {
        removeMessages { waits(since: waitingSince) }
    }

    /// The same for messages to a webhook that is gone, whatever became of them.
    package static func removeMessages(to webhook: WebhookID) -> Self {
        removeMessages { "webhook_id = \(webhook)" }
    }

    private static func removeMessages(_ isMeant: () -> SQL) -> Self {
        Self(
            """
            DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE \(isMeant()) LIMIT 500)
            AND (\(isMeant())) IS TRUE
            RETURNING id
            """
        ) { rows in rows.count }
    }
}

private func waits(since instant: Milliseconds) -> SQL {
    "created_at <= \(instant) AND delivered_at IS NULL AND given_up_at IS NULL"
}

extension Statement where Answer == Int64 {
    /// How many messages wait since before an instant.
    package static func countMessages(waitingSince: Milliseconds) -> Self {
        Self("SELECT COUNT(*) AS number FROM outbox WHERE \(waits(since: waitingSince))") {
            rows throws(StorageError) in try rows.first?.integer("number") ?? 0
        }
    }
}
