import Logging
import OAuth
import ServiceLifecycle
import Storage

/// Removes what is past its time, in small steps, so that no step holds the writer for long.
///
/// Of many nodes on one store one does it: whoever takes the lease. When it dies, another goes on within seconds.
package struct ExpiredRows: Service {
    /// Ended or idle families stay so long for operators to see.
    package static let afterlife: Duration = .days(30)
    /// A used code stays so long after its expiry: a second use shows that a copy is abroad.
    package static let codeMemory: Duration = .days(1)
    /// Delivered messages stay so long for operators to see; those that were given up stay for `afterlife`.
    package static let deliveredMemory: Duration = .days(1)
    /// Messages that nothing was there to send, such as mails without a mail server, wait so long.
    package static let waitingMemory: Duration = .days(30)
    /// Counts of refreshes stay so long, for `tykva session stats`.
    package static let countMemory: Duration = .days(90)
    /// Who asked for an account is remembered so long, by the address, so that nobody's mailbox is filled.
    static let registrationMemory: Duration = .days(1)
    /// A browser that nobody has signed in with for so long is a new one again.
    package static let deviceMemory: Duration = .days(400)
    /// How long a node may be silent before another takes the work over.
    package static let lease: Duration = .seconds(10)
    package static let interval: Duration = .seconds(600)
    private static let look: Duration = .seconds(3)
    /// After so long a node has seen which receivers of messages fail.
    static let watch: Duration = .hours(1)

    private let database: any Database
    private let clock: DeploymentClock
    private let eventRetention: Duration
    /// How long the public half of a key stays that has left the key set: ID tokens of it come back as hints.
    private let keyMemory: Duration
    private let logger: Logger
    private let work = PeriodicWork(name: "expired rows", holder: EventID.random().text)
    /// When this node began, by the monotonic clock.
    private let began: Int64

    init(
        database: any Database, clock: DeploymentClock, eventRetention: Duration, keyMemory: Duration, logger: Logger
    ) {
        self.database = database
        self.clock = clock
        self.eventRetention = eventRetention
        self.keyMemory = keyMemory
        self.logger = logger
        began = clock.monotonicNow()
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.look)
                do {
                    try await removeWhenDue()
                } catch let error as StorageError {
                    logger.warning("expired rows were not removed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// One walk through everything, when it is due and no other node is at it.
    ///
    /// - Returns: Whether this node did it.
    @discardableResult
    package func removeWhenDue() async throws -> Bool {
        guard try await hold() else { return false }
        try await removeAll(at: clock.now())
        return try await database.once(.finish(work, nextDue: clock.now() + Self.interval))
    }

    private func hold() async throws(StorageError) -> Bool {
        let now = clock.now()
        return try await database.once(.take(work, until: now + Self.lease, at: now))
    }

    /// One walk through everything; it ends early when another node has taken the work over.
    private func removeAll(at now: Milliseconds) async throws {
        let endedBefore = now - Self.afterlife
        var key: [UInt8] = []
        while true {
            let from = key
            let keys = try await database.read { tx throws(StorageError) in try tx.run(.familyKeys(after: from)) }
            guard let last = keys.last else { break }
            _ = try await database.once(
                .removeExpiredFamilies(after: from, through: last.bytes, now: now, endedBefore: endedBefore))
            key = last.bytes
            guard try await pause() else { return }
        }
        while try await !database.once(.removeExpiredSessions(now: now, endedBefore: endedBefore)).isEmpty {
            guard try await pause() else { return }
        }
        let batches: [Statement<Int>] = [
            .removeEvents(before: now - eventRetention), .removeCodes(expiredBefore: now - Self.codeMemory),
            .removeNotices(before: now - eventRetention), .removeExpiredLinks(at: now),
            .removeDevices(notSeenSince: now - Self.deviceMemory), .removeExpiredPushedRequests(at: now),
            .removeExpiredAssertions(at: now), .removeKeys(goneBefore: now - keyMemory),
            .removeExpiredGuesses(at: now),
            .removeMessages(deliveredBefore: now - Self.deliveredMemory), .removeMessages(givenUpBefore: endedBefore),
            .removeRefreshCounts(before: (now - Self.countMemory).day),
            .forgetExpiredRegistrations(at: now), .removeRegistrations(createdBefore: now - Self.registrationMemory),
        ]
        for batch in batches {
            while try await database.once(batch) > 0 {
                guard try await pause() else { return }
            }
        }
        guard try await boundGuesses() else { return }
        for webhook in try await database.read({ tx throws(StorageError) in try tx.run(.removedWebhooks) }) {
            while try await database.once(.removeMessages(to: webhook)) > 0 {
                guard try await pause() else { return }
            }
        }
        let messages = WaitingMessages(database: database, clock: clock, logger: logger, pause: pause)
        let hasWatched = clock.monotonicNow() - began >= Self.watch.wholeMilliseconds
        guard try await messages.giveUp(hasWatched: hasWatched) else { return }
        _ = try await messages.remove(waitingSince: now - Self.waitingMemory)
    }

    /// Counting is a read, so that nothing holds the writer where there is nothing to remove.
    ///
    /// - Returns: False when another node has taken the work over.
    private func boundGuesses() async throws -> Bool {
        let count = try await database.read { tx throws(StorageError) in try tx.run(.guessCount) }
        var excess = count - Limits.guessRows
        while excess > 0 {
            let removed = try await database.once(.removeOldestGuesses(limit: excess))
            guard removed > 0 else { break }
            excess -= removed
            guard try await pause() else { return false }
        }
        return true
    }

    /// Lets others at the store, and says that this node goes on.
    private func pause() async throws -> Bool {
        try await Task.sleep(for: .milliseconds(20))
        return try await hold()
    }
}
