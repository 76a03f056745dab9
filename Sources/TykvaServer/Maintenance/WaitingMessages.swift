import Logging
import Metrics
import OAuth
import Storage

/// Ends the waiting of messages that wait in vain, in steps of 500. Each end is told by an event, and there is one an
/// hour: what comes up meanwhile is left for the next.
struct WaitingMessages: Sendable {
    /// For so long a receiver has taken nothing when what waits for it is given up.
    static let patience = Duration.days(1)
    let database: any Database
    let clock: DeploymentClock
    let logger: Logger
    /// How many messages wait for one webhook; the oldest beyond are given up.
    var most = Limits.waitingForWebhook
    /// Between two steps; false when another node has taken the work over.
    let pause: @Sendable () async throws -> Bool
    private let givenUp = Counter(label: "tykva_outbox_total", dimensions: [("result", "given_up")])

    init(
        database: any Database, clock: DeploymentClock, logger: Logger,
        pause: @escaping @Sendable () async throws -> Bool
    ) {
        self.database = database
        self.clock = clock
        self.logger = logger
        self.pause = pause
    }

    /// Gives up what a webhook has not taken for a day, when it has taken nothing since that was written and has failed
    /// since that was due: one attempt after the other would take longer than new messages need to come. Also what is
    /// too much.
    ///
    /// - Parameter hasWatched: Whether this node has run for long enough to know which receivers fail: after a stop of
    ///   a day the first attempt may only be too early.
    /// - Returns: False when another node has taken the work over.
    func giveUp(hasWatched: Bool) async throws -> Bool {
        let now = clock.now()
        for webhook in try await database.read({ tx throws(StorageError) in try tx.run(.webhooks) }) {
            let id = webhook.id
            if hasWatched {
                let goesOn = try await giveUp(id, "it was not taken for a day, and neither was any later one") {
                    guard let failedAt = $0.failedAt else { return nil }
                    var backlog = WebhookBacklog(of: id, writtenUntil: now - Self.patience)
                    backlog.dueBefore = failedAt
                    if let succeededAt = $0.succeededAt { backlog.writtenAfter = succeededAt }
                    return backlog
                }
                guard goesOn else { return false }
            }
            let beyond = try await database.read { [most] tx throws(StorageError) in
                try tx.run(.written(beyond: most, to: id))
            }
            guard let beyond else { continue }
            let goesOn = try await giveUp(id, "\(most) younger messages waited for the webhook") { _ in
                WebhookBacklog(of: id, writtenUntil: beyond)
            }
            guard goesOn else { return false }
        }
        return true
    }

    private func giveUp(
        _ id: WebhookID, _ reason: String, _ part: @escaping @Sendable (Webhook) -> WebhookBacklog?
    ) async throws -> Bool {
        let (count, goesOn) = try await inSteps { isFirst throws(StorageError) in
            let now = clock.now()
            return try await database.write { tx throws(StorageError) in
                guard let webhook = try tx.run(.webhook(id)), let backlog = part(webhook) else { return 0 }
                if isFirst {
                    let count = try tx.run(.count(backlog, at: now))
                    let told = Event(
                        at: now, type: .messageGivenUp, detail: #"{"webhook":"\#(id)","messages":\#(count)}"#,
                        onceKey: "given up \(reason) \(id) \(now.seconds / 3600)")
                    // Of its own trouble the webhook is not told, or its queue would feed itself.
                    guard count > 0, try tx.run(.recordOnce(told, to: .allBut(id))) else { return 0 }
                }
                let done = try tx.run(.giveUp(backlog, reason, at: now))
                try tx.run(.countGivenUp(id, number: Int64(done)))
                return done
            }
        }
        givenUp.increment(by: Int64(count))
        if count > 0 {
            logger.warning(
                "messages to a webhook were given up",
                metadata: ["webhook": "\(id)", "messages": "\(count)", "error": "\(reason)"])
        }
        return goesOn
    }

    /// Removes messages that nothing was there to send. Nobody was told what stands in them.
    ///
    /// - Returns: False when another node has taken the work over.
    func remove(waitingSince: Milliseconds) async throws -> Bool {
        let (count, goesOn) = try await inSteps { isFirst throws(StorageError) in
            let now = clock.now()
            return try await database.write { tx throws(StorageError) in
                if isFirst {
                    let count = try tx.run(.countMessages(waitingSince: waitingSince))
                    let told = Event(
                        at: now, type: .messageGivenUp, detail: #"{"messages":\#(count)}"#,
                        onceKey: "removed waiting \(now.seconds / 3600)")
                    guard count > 0, try tx.run(.recordOnce(told)) else { return 0 }
                }
                return try tx.run(.removeMessages(waitingSince: waitingSince))
            }
        }
        if count > 0 {
            logger.warning(
                "messages that waited for 30 days were removed: see `tykva outbox list`",
                metadata: ["messages": "\(count)"])
        }
        return goesOn
    }

    /// - Parameter step: Tells how many messages it has ended; 0 when it was the last.
    private func inSteps(
        _ step: (_ isFirst: Bool) async throws(StorageError) -> Int
    ) async throws -> (count: Int, goesOn: Bool) {
        var count = 0
        while true {
            let done = try await step(count == 0)
            count += done
            if done == 0 { return (count, true) }
            guard try await pause() else { return (count, false) }
        }
    }
}
