package import Logging
import OAuth
package import Secrets
package import Storage
import Synchronization

/// The signing keys of this moment: an immutable snapshot behind one lock, replaced when storage changes.
///
/// A node that has not heard of storage for a minute does not sign: it was asleep or cut off, and the others may have
/// gone on to another key.
package final class KeyRing: Sendable {
    private struct State {
        var snapshot: Snapshot
        /// When storage was asked for the snapshot, and when it last said that nothing has changed, by the monotonic
        /// clock.
        var readAt: Int64
        var confirmedAt: Int64
        /// A read that everybody shares who wants one.
        var reading: Task<StorageError?, Never>?
        /// When such a read failed last.
        var failedAt: Int64?
    }

    /// How long somebody who can do without waits for a read.
    private static let briefly = Duration.seconds(1)

    private let database: any Database
    private let secrets: @Sendable () -> MasterSecrets
    private let clock: DeploymentClock
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameter secrets: Asked for each time: which of them is active changes while we run.
    /// - Throws: When storage fails, or the key that signs does not open: `InvalidValue` names it.
    package init(
        _ database: any Database, secrets: @autoclosure @escaping @Sendable () -> MasterSecrets, clock: DeploymentClock,
        logger: Logger
    ) async throws {
        self.database = database
        self.secrets = secrets
        self.clock = clock
        self.logger = logger
        let asked = clock.monotonicNow()
        let rows = try await Self.rows(database)
        let snapshot = await Snapshot(rows, secrets: secrets(), before: nil)
        state = Mutex(State(snapshot: snapshot, readAt: asked, confirmedAt: asked))
        snapshot.tell(logger)
        guard snapshot.active(at: clock.now()) == nil else { return }
        guard let fault = snapshot.faults.first else {
            throw InvalidValue("signing keys", "the database holds none that signs")
        }
        throw InvalidValue(
            fault.what, "\(fault.reason); `tykva key revoke` with its id puts its successor in its place")
    }

    package var current: Snapshot { state.withLock { $0.snapshot } }

    /// Whether storage said a moment ago that nothing has changed.
    package var isConfirmed: Bool { age <= KeyTimes.trust.wholeMilliseconds }

    /// Whether the key set may still be served: the others cannot have gone on so far that it does harm.
    package var isServable: Bool { age <= KeyTimes.servingTrust.wholeMilliseconds }

    /// How long ago storage was asked, in milliseconds.
    private var age: Int64 {
        let now = clock.monotonicNow()
        return state.withLock { now - $0.confirmedAt }
    }

    /// Says that nothing has changed that was not read before.
    ///
    /// - Parameter monotonic: When storage was asked, not when it answered.
    package func confirm(at monotonic: Int64) {
        state.withLock { $0.confirmedAt = max($0.confirmedAt, monotonic) }
    }

    private static func rows(_ database: any Database) async throws(StorageError) -> [SigningKeyRow] {
        try await database.read { tx throws(StorageError) in try tx.run(.signingKeys) }
    }

    /// Reads the keys again.
    ///
    /// - Parameter mends: Whether a key that did not open is tried again though nothing has changed in storage: the
    ///   file of the master secrets may have.
    package func reload(mends: Bool = true) async throws(StorageError) {
        let asked = clock.monotonicNow()
        let rows = try await Self.rows(database)
        let before = current
        guard rows != before.rows || (mends && before.mayBeMended) else { return confirm(at: asked) }
        let new = await Snapshot(rows, secrets: secrets(), before: before)
        if new.faults != before.faults { new.tell(logger) }
        state.withLock { state in
            // A slower read of another task must not bring back what was there before.
            guard state.readAt <= asked else { return }
            state.snapshot = new
            state.readAt = asked
            state.confirmedAt = max(state.confirmedAt, asked)
        }
    }

    /// Reads the keys again when storage has not confirmed them lately; called before whatever ends in a signature, and
    /// before one is believed.
    package func renewWhenOld() async throws(StorageError) {
        // A read that somebody else began may be of before this machine was asleep.
        for _ in 0..<2 where !isConfirmed {
            if let error = await sharedRead().value { throw error }
        }
        guard isConfirmed else { throw .unavailable(reason: "the signing keys could not be read in time") }
    }

    /// The same for somebody who goes on with what there is when storage takes long or has just failed.
    func renewBriefly() async {
        let now = clock.monotonicNow()
        let hasFailed = state.withLock { state in
            state.failedAt.map { now - $0 < KeyTimes.nodePoll.wholeMilliseconds } ?? false
        }
        guard !isConfirmed, !hasFailed else { return }
        _ = sharedRead()
        let end = ContinuousClock.now + Self.briefly
        while state.withLock({ $0.reading != nil }), ContinuousClock.now < end {
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return }
        }
    }

    /// Reads the keys again for one that is not known here. Anybody can name one: all who do share a read.
    func lookUp() async throws(StorageError) {
        // One that is under way may have begun before there was such a key.
        if let reading = state.withLock({ $0.reading }) { _ = await reading.value }
        if let error = await sharedRead().value { throw error }
    }

    private func sharedRead() -> Task<StorageError?, Never> {
        state.withLock { state in
            if let reading = state.reading { return reading }
            let reading = Task { () -> StorageError? in
                var failure: StorageError?
                do throws(StorageError) { try await reload(mends: false) } catch { failure = error }
                let at = clock.monotonicNow()
                end(failedAt: failure == nil ? nil : at)
                return failure
            }
            state.reading = reading
            return reading
        }
    }

    /// The shared read has ended.
    private func end(failedAt: Int64?) {
        state.withLock { state in
            state.reading = nil
            state.failedAt = failedAt
        }
    }
}
