import Foundation

/// Hashes passwords with Argon2id, and verifies them also against hashes of other systems, on threads of its own.
///
/// One for the process: each running hash holds `cost.memoryKiB`, and memory and processors bear only so many at
/// once. Past the queue callers are told when to come again.
package final class PasswordHasher: Sendable {
    package enum Verdict: Sendable, Equatable {
        case mismatch
        /// The password is right. When its hash was made at another cost, make and store a new one.
        case match(needsRehash: Bool)
    }

    /// How busy the hasher is at this moment.
    package struct Load: Sendable, Equatable {
        package let waiting: Int
        package let running: Int
    }

    package static let waitingPerThread = 32
    private static let niceness: Int32 = 10

    package let cost: PasswordHashingCost

    private let threads: WorkerThreads
    private let judge: PasswordJudge

    /// - Parameters:
    ///   - threads: How many hashes are computed at once; the number of cores when nil.
    ///   - waitingPerThread: How many callers may wait for each thread.
    /// - Throws: `threadsUnavailable` when the system starts no more threads.
    package init(
        cost: PasswordHashingCost = .standard, threads: Int? = nil, waitingPerThread: Int = waitingPerThread
    ) throws(PasswordHasherError) {
        let count = threads ?? max(ProcessInfo.processInfo.activeProcessorCount, 1)
        self.cost = cost
        self.judge = PasswordJudge(cost: cost)
        do {
            self.threads = try WorkerThreads(
                "password-hash", threads: count, waitingPerThread: waitingPerThread, niceness: Self.niceness)
        } catch {
            throw .threadsUnavailable(error)
        }
    }

    package var load: Load { threads.load }

    /// The work of all verifications so far, in KiB times passes: what two of them cost can be compared with no clock.
    var verificationWork: Int { judge.work }

    /// Refuses who waits and who comes; hashes that are being computed are finished.
    package func stop() {
        threads.stop()
    }

    /// Hashes a new password with a new salt.
    package func hash(_ password: Password) async throws(PasswordHasherError) -> PasswordHash {
        let cost = cost
        return try await run { () throws(PasswordHasherError) in try Argon2id.hash(password.utf8, cost: cost) }
    }

    /// Hashes a password that has just matched, at the cost of today.
    package func rehash(_ verified: PresentedPassword) async throws(PasswordHasherError) -> PasswordHash {
        guard verified.isWithinBounds else { throw .outOfBounds }
        let cost = cost
        return try await run { () throws(PasswordHasherError) in try Argon2id.hash(verified.utf8, cost: cost) }
    }

    /// Judges a password that was presented.
    ///
    /// The work is that of a hash at today's cost, whether there is such a user or not, and also where the user's hash
    /// is cheaper or of another system. A dearer hash takes what it takes, until it is replaced.
    ///
    /// - Parameter stored: The user's hash, or nil when there is no such user: the same work, and a mismatch.
    /// - Throws: `storedHashUnreadable` when the hash is damaged; it never matches.
    package func verify(
        _ presented: PresentedPassword, against stored: PasswordHash?
    ) async throws(PasswordHasherError) -> Verdict {
        let judge = judge
        guard let stored, presented.isWithinBounds else {
            try await run { () throws(PasswordHasherError) in try judge.compareWithNothing(presented.utf8) }
            return .mismatch
        }
        guard let hash = try? StoredPasswordHash(stored.stored) else { throw .storedHashUnreadable }
        let isMatch = try await run { () throws(PasswordHasherError) in try judge.matches(presented.utf8, hash) }
        return isMatch ? .match(needsRehash: !hash.isMade(at: cost)) : .mismatch
    }

    private func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(PasswordHasherError) -> Value
    ) async throws(PasswordHasherError) -> Value {
        let answer: Result<Value, PasswordHasherError>
        do {
            answer = try await threads.run { Result(catching: work) }
        } catch {
            switch error {
            case .full(let seconds): throw .overloaded(retryAfterSeconds: seconds)
            case .cancelled: throw .cancelled
            case .stopped: throw .stopped
            }
        }
        return try answer.get()
    }
}
