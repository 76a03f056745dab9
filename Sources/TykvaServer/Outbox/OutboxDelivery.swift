import Logging
import Mail
import Metrics
import OAuth
import ServiceLifecycle
import Storage

/// Sends what the outbox holds, at least once: each message is leased, so that of many nodes one sends it.
///
/// A receiver that is down delays nobody: its messages wait with growing pauses, and are given up after a day.
struct OutboxDelivery: Service {
    /// Longer than any delivery takes (docs/mail.md).
    private static let lease = Duration.seconds(45)
    private static let look = Duration.milliseconds(500)
    private static let batch: Int64 = 32
    private static let pauses: [Duration] = [
        .seconds(1), .seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30),
    ]

    let database: any Database
    let clock: DeploymentClock
    let backchannelLogout: BackchannelLogoutSender
    /// Nil where no mail server is known: mails wait then, for the operator to see.
    let letters: LetterDelivery?
    let logger: Logger
    private let destinations = Destinations()
    private let delivered = Counter(label: "tykva_outbox_total", dimensions: [("result", "delivered")])
    private let failed = Counter(label: "tykva_outbox_total", dimensions: [("result", "failed")])
    private let givenUp = Counter(label: "tykva_outbox_total", dimensions: [("result", "given_up")])

    init(
        database: any Database, clock: DeploymentClock, backchannelLogout: BackchannelLogoutSender,
        letters: LetterDelivery?, logger: Logger
    ) {
        self.database = database
        self.clock = clock
        self.backchannelLogout = backchannelLogout
        self.letters = letters
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while (try? await Task.sleep(for: Self.look)) != nil {
                    do throws(StorageError) {
                        for message in try await due() { group.addTask { await send(message) } }
                    } catch {
                        logger.warning("the outbox could not be read", metadata: ["error": "\(error)"])
                    }
                }
            }
        }
    }

    /// What is due, as far as there is room for it: nobody waits for the slowest of a batch.
    private func due() async throws(StorageError) -> [DueMessage] {
        var messages: [DueMessage] = []
        for kind in MessageKind.allCases where kind != .mail || letters != nil {
            let room = destinations.room - Int64(messages.count)
            guard room > 0 else { break }
            let now = clock.now()
            messages += try await database.once(
                .claim(
                    kind, exceptFor: destinations.resting(at: now), limit: min(room, Self.batch),
                    until: now + Self.lease, at: now))
        }
        return messages
    }

    /// Sends one message, unless its receiver is busy or has just been found not to answer: then it waits.
    func send(_ message: DueMessage) async {
        var trouble: String?
        var patience = Patience.aDay
        do {
            switch message.kind {
            case .backchannelLogout:
                guard let notice = BackchannelLogoutNotice(payload: message.payload) else {
                    throw InvalidValue("message", "its payload is malformed")
                }
                try await destinations.reach(notice.client, at: clock.now()) {
                    try await backchannelLogout.send(notice, at: clock.now())
                }
            case .mail:
                try await letters?.send(message, at: clock.now())
            }
        } catch is Destinations.NotItsTurn {
            _ = try? await database.once(.release(message, until: clock.now() + .seconds(1)))
            return
        } catch let error as MailError where error.cause == .busy || error.cause == .stopped {
            _ = try? await database.once(.release(message, until: clock.now() + .seconds(1)))
            return
        } catch {
            trouble = "\(error)"
            patience = Patience(error)
        }
        do throws(StorageError) {
            try await note(message, trouble, patience)
        } catch {
            // Its lease runs out, and it is sent again: signing out twice does no harm.
            logger.warning("a delivery was not noted", metadata: ["message": "\(message.id)", "error": "\(error)"])
        }
    }

    private func note(
        _ message: DueMessage, _ trouble: String?, _ patience: Patience
    ) async throws(StorageError) {
        let now = clock.now()
        guard let trouble else {
            delivered.increment()
            _ = try await database.once(.delivered(message, at: now))
            return
        }
        failed.increment()
        let pause = Self.pauses[min(Int(message.attempt) - 1, Self.pauses.count - 1)]
        guard
            patience.lasts(
                since: message.createdAt, until: now + pause, attempt: message.attempt)
        else {
            givenUp.increment()
            logger.warning("a message was given up", metadata: ["message": "\(message.id)", "error": "\(trouble)"])
            try await database.write { tx throws(StorageError) in
                guard try tx.run(.givenUp(message, trouble, at: now)) else { return }
                try tx.run(.record(Event(at: now, type: .messageGivenUp, detail: #"{"message":"\(message.id)"}"#)))
            }
            return
        }
        logger.info("a message will be sent again", metadata: ["message": "\(message.id)", "error": "\(trouble)"])
        _ = try await database.once(.failed(message, trouble, nextAttempt: now + pause))
    }
}
