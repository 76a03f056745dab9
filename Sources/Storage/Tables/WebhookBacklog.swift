package import OAuth

/// A part of what waits for a webhook: by when it was written and was due, and without what is under way.
package struct WebhookBacklog: Hashable, Sendable {
    package let webhook: WebhookID
    /// When the youngest of it was written.
    package var writtenUntil: Milliseconds
    /// All of it was written later than this.
    package var writtenAfter = Milliseconds(.min)
    /// All of it was due earlier than this.
    package var dueBefore = never

    package init(of webhook: WebhookID, writtenUntil: Milliseconds) {
        self.webhook = webhook
        self.writtenUntil = writtenUntil
    }

    fileprivate func sql(at now: Milliseconds) -> SQL {
        """
        webhook_id = \(webhook) AND next_attempt_at < \(dueBefore)
        AND created_at <= \(writtenUntil) AND created_at > \(writtenAfter)
        AND delivered_at IS NULL AND given_up_at IS NULL
        AND (leased_until IS NULL OR leased_until <= \(now) OR leased_until > \(now + longestLease))
        """
    }
}

extension Statement where Answer == Int64 {
    package static func count(_ backlog: WebhookBacklog, at now: Milliseconds) -> Self {
        Self("SELECT COUNT(*) AS number FROM outbox WHERE \(backlog.sql(at: now))") { rows throws(StorageError) in
            try rows.first?.integer("number") ?? 0
        }
    }
}

extension Statement where Answer == Int {
    /// Gives up at most 500 messages; tells how many.
    ///
    /// - Parameter reason: One sentence for the operator.
    package static func giveUp(_ backlog: WebhookBacklog, _ reason: String, at now: Milliseconds) -> Self {
        let isMeant = backlog.sql(at: now)
        return Self(
            """
            UPDATE outbox
            SET given_up_at = \(now), leased_until = NULL, next_attempt_at = \(never), last_error = \(reason)
            WHERE id IN (SELECT id FROM outbox WHERE \(isMeant) LIMIT 500) AND (\(isMeant)) IS TRUE
            RETURNING id
            """
        ) { rows in rows.count }
    }
}

extension Statement where Answer == Milliseconds? {
    /// When the youngest of those messages was written that wait for a webhook beyond so many younger ones; nil when
    /// no more wait.
    package static func written(beyond number: Int, to webhook: WebhookID) -> Self {
        Self(
            """
            SELECT created_at FROM outbox WHERE webhook_id = \(webhook) AND next_attempt_at < \(never)
            ORDER BY created_at DESC LIMIT 1 OFFSET \(Int64(number))
            """
        ) { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try row.instant("created_at") }
        }
    }
}

extension Statement where Answer == [WebhookID] {
    /// Webhooks that are gone and have messages still: a transaction that saw them was committed after their removal.
    package static var removedWebhooks: Self {
        Self(
            """
            SELECT DISTINCT webhook_id FROM outbox
            WHERE webhook_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM webhook WHERE webhook.id = outbox.webhook_id)
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try row.identifier("webhook_id") }
        }
    }
}
