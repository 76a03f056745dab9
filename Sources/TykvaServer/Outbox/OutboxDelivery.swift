import Logging
import OAuth
import ServiceLifecycle
import Storage
import Synchronization

/// Sends what the outbox holds, at least once: each message is leased, so that of many nodes one sends it.
///
/// A receiver that is down delays nobody: its messages wait with growing pauses, and are given up after a day.
struct OutboxDelivery: Service {
    /// Longer than any delivery takes (docs/mail.md).
    private static let lease = Duration.seconds(45)
    private static let look = Duration.milliseconds(500)
    /// So many set out to each receiver, and the next ones so much later: some five hundred a second, so that a long
    /// queue leaves the processors to those who wait for an answer.
    private static let refill = Duration.milliseconds(30)
    private static let batch = 16
    /// How often messages are looked for that a clock that was set back has left far in the future.
    private static let recall = Duration.seconds(60)

    private let database: any Database
    private let clock: DeploymentClock
    private let backchannelLogout: BackchannelLogoutSender
    /// Nil where no mail server is known: mails wait then, for the operator to see.
    private let letters: LetterDelivery?
    private let webhooks: WebhookDelivery
    private let outcomes: DeliveryOutcomes
    private let logger: Logger
    private let destinations = Destinations()

    init(
        database: any Database, clock: DeploymentClock, backchannelLogout: BackchannelLogoutSender,
        letters: LetterDelivery?, webhooks: WebhookDelivery, logger: Logger
    ) {
        self.database = database
        self.clock = clock
        self.backchannelLogout = backchannelLogout
        self.letters = letters
        self.webhooks = webhooks
        self.logger = logger
        outcomes = DeliveryOutcomes(database: database, clock: clock, logger: logger)
    }

    func run() async throws {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isFull = Full()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    while (try? await Task.sleep(for: Self.look)) != nil { turn.yield() }
                }
                var recalled: Recall?
                for await _ in turns where !Task.isCancelled {
                    do throws(StorageError) {
                        recalled = try await recallIfDue(since: recalled)
                        let due = try await due()
                        isFull.set(due.mayBeMore)
                        if !due.messages.isEmpty { turn.yield() }
                        for (message, destination) in due.messages {
                            // People who wait for an answer come first.
                            group.addTask(priority: .utility) {
                                await send(message, to: destination)
                                if isFull.isSet { turn.yield() }
                            }
                        }
                    } catch {
                        logger.warning("the outbox could not be read", metadata: ["error": "\(error)"])
                    }
                    try? await Task.sleep(for: Self.refill)
                }
            }
        }
    }

    /// Whether the last look left messages that are due: then the next one comes when one of those under way has ended.
    private final class Full: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set(_ new: Bool) { value.store(new, ordering: .relaxed) }
    }

    /// What is due, as far as there is room for it: nobody waits for the slowest of a batch. Each has its place taken.
    ///
    /// - Throws: Only when nothing was claimed: what was is sent.
    private func due() async throws(StorageError) -> (messages: [(DueMessage, Destination)], mayBeMore: Bool) {
        let now = clock.now()
        var claimed: [DueMessage] = []
        var mayBeMore = false
        do throws(StorageError) {
            mayBeMore = try await claim(into: &claimed, at: now)
        } catch {
            guard !claimed.isEmpty else { throw error }
            logger.warning("the outbox could not be read to its end", metadata: ["error": "\(error)"])
        }
        var messages: [(DueMessage, Destination)] = []
        for message in claimed {
            guard let destination = Destination(message) else {
                await outcomes.note(message, .failed("it names no receiver", .none))
                continue
            }
            if destinations.enter(destination, at: now) {
                messages.append((message, destination))
            } else {
                await outcomes.note(message, .notTried)
            }
        }
        return (messages, mayBeMore)
    }

    /// - Returns: Whether there was not room for all, or there may be more than were claimed.
    private func claim(into claimed: inout [DueMessage], at now: Milliseconds) async throws(StorageError) -> Bool {
        var mayBeMore = false
        func take(
            _ room: Int, _ claim: (_ limit: Int64, _ now: Milliseconds) -> Statement<[DueMessage]>
        ) async throws(StorageError) -> [DueMessage] {
            let limit = min(room, Self.batch)
            let taken = limit > 0 ? try await database.once(claim(Int64(limit), clock.now())) : []
            mayBeMore = mayBeMore || taken.count == limit
            return taken
        }
        let receivers = try await database.read { tx throws(StorageError) in
            (clients: try tx.run(.dueClients(at: now)), webhooks: try tx.run(.dueWebhooks(at: now)))
        }
        var room = destinations.room(.backchannelLogout)
        // They share the room: none is the first every time.
        for client in receivers.clients.shuffled() {
            let taken = try await take(min(room, destinations.room(at: .client(client), at: now))) { limit, now in
                .claim(for: client, limit: limit, until: now + Self.lease, at: now)
            }
            room -= taken.count
            claimed += taken
        }
        if letters != nil {
            claimed += try await take(destinations.room(at: .mailServer, at: now)) { limit, now in
                .claim(.mail, limit: limit, until: now + Self.lease, at: now)
            }
        }
        for webhook in receivers.webhooks {
            claimed += try await take(destinations.room(at: .webhook(webhook), at: now)) { limit, now in
                .claim(for: webhook, limit: limit, until: now + Self.lease, at: now)
            }
        }
        return mayBeMore
    }

    /// Sends one message, and gives its place back.
    private func send(_ message: DueMessage, to destination: Destination) async {
        do {
            let now = clock.now()
            switch message.kind {
            case .backchannelLogout:
                guard let notice = BackchannelLogoutNotice(payload: message.payload) else {
                    throw InvalidValue("message", "its payload is malformed")
                }
                try await backchannelLogout.send(notice, at: now)
            case .mail: try await letters?.send(message, at: now)
            case .webhook: try await webhooks.send(message, at: now)
            }
            destinations.leave(destination, nil, at: clock.now())
            await outcomes.note(message, .delivered)
        } catch {
            destinations.leave(destination, error, at: clock.now())
            await outcomes.note(message, DeliveryOutcome(error))
        }
    }

    /// When messages were called back last, by the monotonic clock, and how often the clock had been set back by then.
    private struct Recall {
        let at: Int64
        let stepsBack: Int
    }

    /// At the start, when the clock was set back, and every minute: another node may have written before it was.
    private func recallIfDue(since last: Recall?) async throws(StorageError) -> Recall {
        let this = Recall(at: clock.monotonicNow(), stepsBack: clock.stepsBack)
        if let last, last.stepsBack == this.stepsBack, this.at - last.at < Self.recall.wholeMilliseconds { return last }
        for kind in MessageKind.allCases {
            let now = clock.now()
            let latest = now + Patience.longestPause + .minutes(1)
            while try await database.once(.recall(kind, dueAfter: latest, at: now)) > 0 {}
        }
        return this
    }
}
