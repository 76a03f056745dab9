import Logging
import Metrics
import OAuth
import Storage

/// Writes down what became of messages, and counts it.
struct DeliveryOutcomes: Sendable {
    private let database: any Database
    private let clock: DeploymentClock
    private let logger: Logger
    private let delivered = Counter(label: "tykva_outbox_total", dimensions: [("result", "delivered")])
    private let failed = Counter(label: "tykva_outbox_total", dimensions: [("result", "failed")])
    private let givenUp = Counter(label: "tykva_outbox_total", dimensions: [("result", "given_up")])

    init(database: any Database, clock: DeploymentClock, logger: Logger) {
        self.database = database
        self.clock = clock
        self.logger = logger
    }

    func note(_ message: DueMessage, _ outcome: DeliveryOutcome) async {
        do throws(StorageError) {
            try await write(message, outcome, at: clock.now())
        } catch {
            // Its lease runs out, and it is sent again: signing out twice does no harm.
            logger.warning("a delivery was not noted", metadata: ["message": "\(message.id)", "error": "\(error)"])
        }
    }

    private func write(
        _ message: DueMessage, _ outcome: DeliveryOutcome, at now: Milliseconds
    ) async throws(StorageError) {
        switch outcome {
        case .delivered:
            delivered.increment()
            _ = try await database.once(.delivered(message, at: now))
        case .notTried:
            _ = try await database.once(.release(message, until: now + .seconds(1)))
        case .gone(let trouble):
            failed.increment()
            try await disable(message, trouble, at: now)
        case .failed(let trouble, let patience):
            failed.increment()
            let next = now + Patience.pause(after: message.attempt)
            guard patience.lasts(since: message.createdAt, until: next, attempt: message.attempt) else {
                return try await giveUp(message, trouble, at: now)
            }
            logger.info(
                "a message will be sent again", metadata: ["message": "\(message.id)", "error": "\(trouble)"])
            _ = try await database.once(.failed(message, trouble, nextAttempt: next))
        }
    }

    /// Of a webhook's messages there may be many: one event an hour tells of them, and to other webhooks only.
    private func giveUp(_ message: DueMessage, _ trouble: String, at now: Milliseconds) async throws(StorageError) {
        givenUp.increment()
        logger.warning("a message was given up", metadata: ["message": "\(message.id)", "error": "\(trouble)"])
        try await database.write { tx throws(StorageError) in
            guard try tx.run(.givenUp(message, trouble, at: now)) else { return }
            var event = Event(at: now, type: .messageGivenUp, detail: #"{"message":"\#(message.id)"}"#)
            guard let webhook = message.webhook else { return try tx.run(.record(event)) }
            event.detail = #"{"message":"\#(message.id)","webhook":"\#(webhook)"}"#
            event.onceKey = "given up \(webhook) \(now.seconds / 3600)"
            _ = try tx.run(.recordOnce(event, to: .allBut(webhook)))
            try tx.run(.countGivenUp(webhook))
        }
    }

    /// The receiver wants nothing again: this message is given up, and so are those that wait behind it, each when it
    /// is due.
    private func disable(_ message: DueMessage, _ trouble: String, at now: Milliseconds) async throws(StorageError) {
        givenUp.increment()
        guard let webhook = message.webhook else { return }
        logger.warning(
            "a webhook is disabled", metadata: ["webhook": "\(webhook)", "reason": "\(trouble)"])
        try await database.write { tx throws(StorageError) in
            guard try tx.run(.givenUp(message, trouble, at: now)) else { return }
            if try tx.run(.disable(webhook, isGone: true, at: now)) {
                let detail = #"{"webhook":"\#(webhook)","by":"receiver"}"#
                try tx.run(.record(Event(at: now, type: .webhookDisabled, detail: detail)))
            }
            try tx.run(.countGivenUp(webhook))
        }
    }
}
