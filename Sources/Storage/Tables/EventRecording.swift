package import OAuth

/// An event on its way into the log: `tx.run(.record(event))` writes it with the messages to the webhooks that are to
/// hear of it, in one transaction.
///
/// The only way to write an event, so that no webhook is forgotten.
package struct EventRecording<Answer: Sendable>: Sendable {
    fileprivate let event: Event
    fileprivate let audience: WebhookAudience
    /// What is answered, by whether the event was written.
    fileprivate let answer: @Sendable (Bool) -> Answer
}

/// Which webhooks may hear of an event; their own filters come after that.
package enum WebhookAudience: Hashable, Sendable {
    case all
    /// Of trouble with a webhook, that one is not told: its queue would never end.
    case allBut(WebhookID)
    case none
}

extension EventRecording where Answer == Void {
    package static func record(_ event: Event, to audience: WebhookAudience = .all) -> Self {
        Self(event: event, audience: audience) { _ in }
    }
}

extension EventRecording where Answer == Bool {
    /// False when there is one of its `onceKey` already; nothing is written then.
    package static func recordOnce(_ event: Event, to audience: WebhookAudience = .all) -> Self {
        Self(event: event, audience: audience) { $0 }
    }
}

extension Transaction {
    package func run<Answer>(_ recording: EventRecording<Answer>) throws(StorageError) -> Answer {
        let isNew = try run(.insert(recording.event))
        if isNew { try run(.tellWebhooks(of: recording.event, recording.audience)) }
        return recording.answer(isNew)
    }
}

extension Database {
    package func once<Answer: Sendable>(
        _ recording: EventRecording<Answer>
    ) async throws(StorageError) -> Answer {
        try await write { tx throws(StorageError) in try tx.run(recording) }
    }
}

extension Statement where Answer == Bool {
    /// False when there is one of its `onceKey` already.
    fileprivate static func insert(_ event: Event) -> Self {
        Self(
            """
            INSERT INTO event (
                id, at, type, account_id, client_id, session_id, family_id, address, agent, request_id, detail,
                once_key)
            VALUES (
                \(event.id), \(event.at), \(event.type.rawValue), \(event.user), \(event.client), \(event.session),
                \(event.family), \(event.holder.address), \(event.holder.agent), \(event.requestID), \(event.detail),
                \(event.onceKey))
            ON CONFLICT (once_key) DO NOTHING
            RETURNING id
            """
        ) { !$0.isEmpty }
    }
}

extension Statement where Answer == Void {
    /// A message for each webhook that is to hear of an event. It locks no webhook, and where there are none it reads
    /// an empty table.
    ///
    /// The message's id is put together from the event's and the webhook's, 88 and 40 random bits: how many are needed
    /// is known to the statement alone.
    static func tellWebhooks(of event: Event, _ audience: WebhookAudience) -> Self {
        let left: String
        switch audience {
        case .all: left = ""
        case .allBut(let webhook): left = webhook.text
        case .none: left = "all"
        }
        let start = "m_" + event.id.text.dropFirst(2).prefix(22)
        return Self(
            """
            INSERT INTO outbox (
                id, event_id, kind, payload, webhook_id, created_at, next_attempt_at, attempts)
            SELECT \(start) || substr(webhook.id, 3, 10), \(event.id), \(MessageKind.webhook.rawValue), '{}',
                   webhook.id, \(event.at), \(event.at), 0
            FROM webhook
            WHERE webhook.disabled_at IS NULL AND \(left) NOT IN ('all', webhook.id)
              AND (NOT EXISTS (SELECT 1 FROM webhook_event_type WHERE webhook_event_type.webhook_id = webhook.id)
                OR EXISTS (
                    SELECT 1 FROM webhook_event_type
                    WHERE webhook_event_type.webhook_id = webhook.id
                      AND webhook_event_type.type = \(event.type.rawValue)))
            """)
    }
}
