package import Logging
package import OAuth
package import Secrets
import ServiceLifecycle
package import Storage
import Synchronization

/// Advances the life of the signing keys. Every node runs it; whoever comes first acts, and the others find it done.
package struct KeyRotation: Service {
    /// How seldom it is told that the next key does not open.
    private static let remark: Duration = .minutes(10)

    private let database: any Database
    private let keys: KeyRing
    private let secrets: @Sendable () -> MasterSecrets?
    private let times: KeyTimes
    private let clock: DeploymentClock
    private let logger: Logger
    private let memory = Memory()

    /// By the monotonic clock.
    private final class Memory: Sendable {
        let complainedAt = Mutex<Int64?>(nil)
        /// Since when keys lie ahead of the clock, and when that was seen last.
        let ahead = Mutex<(since: Int64, seenAt: Int64)?>(nil)
    }

    /// How long keys must have lain ahead before the clock is believed: one that is set back for a moment would end
    /// keys before their time.
    package static let doubt: Duration = .seconds(60)

    /// - Parameter secrets: Asked for each time: which of them is active changes while we run. Nil while this node
    ///   cannot read the active one: what it sealed otherwise, no other could open.
    package init(
        _ database: any Database, keys: KeyRing, secrets: @autoclosure @escaping @Sendable () -> MasterSecrets?,
        times: KeyTimes, clock: DeploymentClock, logger: Logger
    ) {
        self.database = database
        self.keys = keys
        self.secrets = secrets
        self.times = times
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                await turn()
                try await Task.sleep(for: KeyTimes.nodePoll)
            }
        }
    }

    /// Does what is due, one change after another.
    package func turn() async {
        do {
            for _ in 0..<8 {
                guard try await step() else { return }
            }
        } catch {
            logger.warning("the signing keys were not advanced", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: Whether there may be more to do.
    private func step() async throws -> Bool {
        // A wrong clock would end keys before their time.
        guard clock.isTrusted, let secrets = secrets() else { return false }
        if keys.current.mayBeMended { try? await keys.reload() }
        let due = keys.current.plan(times, at: clock.now()).due
        guard isBelieved(due), let change = due else { return false }
        if case .promote(let next, _, _) = change {
            // It may have been damaged since it was read.
            try await keys.reload()
            guard keys.current.isWhole(next) else {
                complain(about: next)
                return false
            }
        }
        let done = try await Self.carryOut(change, database, secrets, times, at: clock.now())
        try await keys.reload()
        if done { logger.notice("the signing keys were advanced", metadata: ["change": "\(change)"]) }
        return done
    }

    /// Carries out a change, unless another node was faster.
    package static func carryOut(
        _ change: KeyChange, _ database: any Database, _ secrets: MasterSecrets, _ times: KeyTimes,
        at now: Milliseconds
    ) async throws -> Bool {
        // Made before the transaction, which must be brief: an RSA key takes a while.
        var new: [SigningKeyRow] = []
        for (index, algorithm) in change.newKeys.enumerated() {
            let isFirst = change == .begin && index == 0
            let life = KeyLife(publishedAt: now + .milliseconds(Int64(index)), activeAt: isFirst ? now : nil)
            new.append(try SigningKey.make(algorithm, life: life, secrets: secrets))
        }
        return try await database.administer { [new] tx throws(StorageError) in
            try tx.carryOut(change, new: new, times, at: now)
        }
    }

    private func isBelieved(_ change: KeyChange?) -> Bool {
        let now = clock.monotonicNow()
        return memory.ahead.withLock { ahead in
            guard case .redate? = change else {
                ahead = nil
                return true
            }
            // Nobody looked for a while: it may have been another clock then.
            let isOld = ahead.map { now - $0.seenAt > Self.doubt.wholeMilliseconds } ?? true
            let since = isOld ? now : ahead?.since ?? now
            ahead = (since, now)
            return now - since >= Self.doubt.wholeMilliseconds
        }
    }

    private func complain(about next: KeyID) {
        let now = clock.monotonicNow()
        let isTold = memory.complainedAt.withLock { at in
            if let at, now - at < Self.remark.wholeMilliseconds { return true }
            at = now
            return false
        }
        guard !isTold else { return }
        logger.error(
            "the rotation waits: the next signing key does not open here; `tykva key revoke` makes another one",
            metadata: ["kid": "\(next)"])
    }
}
