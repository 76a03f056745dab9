import OAuth
import Storage
import Synchronization

/// Sends the messages of the outbox that go to webhooks, and notes on the webhook how that goes.
final class WebhookDelivery: Sendable {
    /// How seldom it is noted that messages still arrive, or still do not.
    private static let interval = Duration.seconds(10)

    private let database: any Database
    private let post: WebhookPost
    private let latest = Mutex<[WebhookID: Noted]>([:])

    private struct Noted {
        let hasArrived: Bool
        let at: Milliseconds
    }

    init(database: any Database, post: WebhookPost) {
        self.database = database
        self.post = post
    }

    /// - Throws: `WebhookRefusal` when no later attempt can do better; `WebhookGone`; else a reason.
    func send(_ message: DueMessage, at now: Milliseconds) async throws {
        guard let id = message.webhook else { throw InvalidValue("message", "it names no webhook") }
        let (webhook, event) = try await database.read { tx throws(StorageError) in
            (try tx.run(.webhook(id)), try tx.run(.event(message.event)))
        }
        guard let webhook else { throw WebhookRefusal(reason: "its webhook was removed") }
        guard webhook.disabledAt == nil else { throw WebhookRefusal(reason: "its webhook is disabled") }
        guard let event else { throw WebhookRefusal(reason: "its event is no longer kept (event_retention)") }
        do {
            try await post.send(event, to: webhook, at: now)
        } catch let error as CancellationError {
            // The node stops: that says nothing of the receiver.
            throw error
        } catch {
            if shouldNote(id, hasArrived: false, at: now) {
                _ = try? await database.once(.failed(id, "\(error)", at: now))
            }
            throw error
        }
        if shouldNote(id, hasArrived: true, at: now) { _ = try? await database.once(.succeeded(id, at: now)) }
    }

    /// Each message would write to the same row: so only what changes is written, and every some seconds.
    private func shouldNote(_ webhook: WebhookID, hasArrived: Bool, at now: Milliseconds) -> Bool {
        latest.withLock { latest in
            if let last = latest[webhook], last.hasArrived == hasArrived,
                abs(now.since(last.at)) < Self.interval.wholeMilliseconds
            {
                return false
            }
            if latest.count >= Limits.webhooks { latest.removeAll() }
            latest[webhook] = Noted(hasArrived: hasArrived, at: now)
            return true
        }
    }
}

/// A message to a webhook that no later attempt will bring over.
struct WebhookRefusal: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}
