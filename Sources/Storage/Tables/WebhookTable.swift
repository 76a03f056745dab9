package import OAuth

/// Where an operator hears of events.
package struct Webhook: Hashable, Sendable {
    package let id: WebhookID
    package let url: WebhookURL
    /// Whether its URL may lead to networks of the operator's own.
    package let allowsPrivate: Bool
    package let createdAt: Milliseconds
    /// Nil while it is told of events.
    package let disabledAt: Milliseconds?
    /// When its receiver said that it is gone.
    package let goneAt: Milliseconds?
    /// A `SealedBox` of its secret.
    package let sealedSecret: [UInt8]
    /// The secret before, which signs too until its time is over.
    package let oldSecret: OldSecret?
    package let succeededAt: Milliseconds?
    package let failedAt: Milliseconds?
    package let lastError: String?
    /// How many messages were given up since the last one that arrived.
    package let givenUp: Int64

    package struct OldSecret: Hashable, Sendable {
        package let sealed: [UInt8]
        package let until: Milliseconds
    }

    /// A new one.
    package init(id: WebhookID, url: WebhookURL, allowsPrivate: Bool, sealedSecret: [UInt8], createdAt: Milliseconds) {
        self.id = id
        self.url = url
        self.allowsPrivate = allowsPrivate
        self.sealedSecret = sealedSecret
        self.createdAt = createdAt
        (disabledAt, goneAt, oldSecret, succeededAt, failedAt, lastError) = (nil, nil, nil, nil, nil, nil)
        givenUp = 0
    }

    init(_ row: Row) throws(StorageError) {
        id = try row.identifier("id")
        url = try WebhookURL(stored: try row.text("url"))
        allowsPrivate = try row.optionalInstant("private_allowed_at") != nil
        createdAt = try row.instant("created_at")
        disabledAt = try row.optionalInstant("disabled_at")
        goneAt = try row.optionalInstant("gone_at")
        sealedSecret = try row.bytes("sealed_secret")
        if let sealed = try row.optionalBytes("sealed_old_secret") {
            oldSecret = OldSecret(sealed: sealed, until: try row.instant("old_secret_until"))
        } else {
            oldSecret = nil
        }
        succeededAt = try row.optionalInstant("succeeded_at")
        failedAt = try row.optionalInstant("failed_at")
        lastError = try row.optionalText("last_error")
        givenUp = try row.integer("given_up")
    }
}

extension WebhookURL {
    fileprivate init(stored text: String) throws(StorageError) {
        do throws(InvalidValue) {
            try self.init(text)
        } catch {
            throw .corrupt(reason: "a stored webhook URL is none")
        }
    }
}

private let columns: SQL = """
    id, url, private_allowed_at, created_at, disabled_at, gone_at, sealed_secret, sealed_old_secret, old_secret_until,
    succeeded_at, failed_at, last_error, given_up
    """

extension Statement where Answer == [Webhook] {
    /// All of them, oldest first.
    package static var webhooks: Self {
        Self("SELECT \(columns) FROM webhook ORDER BY created_at, id") { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try Webhook(row) }
        }
    }
}

extension Statement where Answer == Webhook? {
    package static func webhook(_ id: WebhookID) -> Self {
        Self("SELECT \(columns) FROM webhook WHERE id = \(id)") { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try Webhook(row) }
        }
    }
}

extension Statement where Answer == [WebhookID] {
    /// Webhooks that have messages which are due, also such as a node is at.
    package static func dueWebhooks(at now: Milliseconds) -> Self {
        Self(
            """
            SELECT id FROM webhook WHERE EXISTS (
                SELECT 1 FROM outbox WHERE outbox.webhook_id = webhook.id AND outbox.next_attempt_at <= \(now))
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.identifier("id") } }
    }
}

extension Statement where Answer == [EventType] {
    /// The types that a webhook hears of; all when there are none.
    package static func eventTypes(of webhook: WebhookID) -> Self {
        Self("SELECT type FROM webhook_event_type WHERE webhook_id = \(webhook) ORDER BY type") {
            rows throws(StorageError) in
            try rows.map { row throws(StorageError) in
                guard let type = EventType(rawValue: try row.text("type")) else {
                    throw .corrupt(reason: "column type holds an unknown type of event")
                }
                return type
            }
        }
    }
}

extension Statement where Answer == Int64 {
    /// How many messages wait for a webhook.
    package static func waitingMessages(to webhook: WebhookID) -> Self {
        Self(
            """
            SELECT COUNT(*) AS number FROM outbox WHERE webhook_id = \(webhook) AND next_attempt_at < \(never)
            """
        ) { rows throws(StorageError) in try rows.first?.integer("number") ?? 0 }
    }
}

extension Statement where Answer == Void {
    package static func insert(_ webhook: Webhook) -> Self {
        let privateAllowedAt: Milliseconds? = webhook.allowsPrivate ? webhook.createdAt : nil
        return Self(
            """
            INSERT INTO webhook (id, url, private_allowed_at, created_at, sealed_secret, given_up)
            VALUES (\(webhook.id), \(webhook.url.text), \(privateAllowedAt),
                    \(webhook.createdAt), \(webhook.sealedSecret), 0)
            """)
    }

    package static func removeEventTypes(of webhook: WebhookID) -> Self {
        Self("DELETE FROM webhook_event_type WHERE webhook_id = \(webhook)")
    }

    package static func insert(_ type: EventType, for webhook: WebhookID) -> Self {
        Self("INSERT INTO webhook_event_type (webhook_id, type) VALUES (\(webhook), \(type.rawValue))")
    }

    /// A message has arrived.
    package static func succeeded(_ webhook: WebhookID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE webhook SET succeeded_at = \(now), last_error = NULL, given_up = 0 WHERE id = \(webhook)
            """)
    }

    /// A message has not arrived.
    ///
    /// - Parameter error: One sentence for the operator, without anything secret; cut to 256 bytes.
    package static func failed(_ webhook: WebhookID, _ error: String, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE webhook SET failed_at = \(now), last_error = \(bounded(error)) WHERE id = \(webhook)
            """)
    }

    /// Messages were given up.
    package static func countGivenUp(_ webhook: WebhookID, number: Int64 = 1) -> Self {
        Self("UPDATE webhook SET given_up = given_up + \(number) WHERE id = \(webhook)")
    }
}

extension Statement where Answer == Bool {
    /// False when there is none that is enabled.
    ///
    /// - Parameter isGone: Whether its receiver said so.
    package static func disable(_ webhook: WebhookID, isGone: Bool, at now: Milliseconds) -> Self {
        let goneAt: Milliseconds? = isGone ? now : nil
        return Self(
            """
            UPDATE webhook SET disabled_at = \(now), gone_at = \(goneAt)
            WHERE id = \(webhook) AND disabled_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// False when there is none that is disabled.
    package static func enable(_ webhook: WebhookID) -> Self {
        Self(
            """
            UPDATE webhook SET disabled_at = NULL, gone_at = NULL
            WHERE id = \(webhook) AND disabled_at IS NOT NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Gives a webhook a new secret; false when there is no such webhook.
    ///
    /// - Parameter until: How long the one before signs too.
    package static func setSecret(_ sealed: [UInt8], of webhook: WebhookID, oldUntil until: Milliseconds) -> Self {
        Self(
            """
            UPDATE webhook
            SET sealed_old_secret = sealed_secret, old_secret_until = \(until), sealed_secret = \(sealed)
            WHERE id = \(webhook)
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// False when there is none.
    package static func remove(_ webhook: WebhookID) -> Self {
        Self("DELETE FROM webhook WHERE id = \(webhook) RETURNING id") { rows in !rows.isEmpty }
    }
}
