import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Compares passwords with hashes, on the threads of a `PasswordHasher`, with no less work than a hash of today's cost
/// takes: whether there is such a user, and how their hash was made, is not to be seen by it.
///
/// What another system's scheme costs beside Argon2id differs from one processor to the next, so it is measured: the
/// time of the thread for its hash against that of the last hashes of today's cost.
final class PasswordJudge: Sendable {
    private let cost: PasswordHashingCost
    /// What an unknown user's password is compared with, so that it costs the same as a known one's.
    private let decoy: Argon2Hash
    /// The time of a hash of today's cost, in nanoseconds; 0 before the first.
    private let hashDuration = Atomic<Int>(0)
    private let done = Atomic<Int>(0)

    init(cost: PasswordHashingCost) {
        self.cost = cost
        decoy = Argon2id.decoy(cost: cost)
    }

    /// The work of all comparisons so far, in KiB times passes: what two of them cost can be compared with no clock.
    var work: Int { done.load(ordering: .relaxed) }

    /// Does the work of a comparison with a hash of today's cost, for nothing.
    func compareWithNothing(_ password: borrowing SecretBytes) throws(PasswordHasherError) {
        _ = try compare(password, decoy)
    }

    /// Whether the password is the stored one. A hash that costs more than today's takes what it takes.
    func matches(
        _ password: borrowing SecretBytes, _ stored: StoredPasswordHash
    ) throws(PasswordHasherError) -> Bool {
        let isMatch: Bool
        let work: Int
        if case .argon2(let hash) = stored {
            isMatch = try compare(password, hash)
            work = hash.parameters.work
        } else {
            let start = Self.threadTime()
            isMatch = try stored.matches(password)
            work = self.work(of: Self.threadTime() - start)
            done.add(work, ordering: .relaxed)
        }
        if let rest = Argon2id.decoy(costing: decoy.parameters.work - work, within: cost) {
            _ = try compare(password, rest)
        }
        return isMatch
    }

    private func compare(
        _ password: borrowing SecretBytes, _ hash: Argon2Hash
    ) throws(PasswordHasherError) -> Bool {
        let start = Self.threadTime()
        let isMatch = try hash.matches(password)
        if hash.parameters == decoy.parameters { learn(Self.threadTime() - start) }
        done.add(hash.parameters.work, ordering: .relaxed)
        return isMatch
    }

    /// A moving average. Two threads at once may lose one's measurement to the other, which does no harm.
    private func learn(_ duration: Int) {
        let known = hashDuration.load(ordering: .relaxed)
        hashDuration.store(known == 0 ? duration : known + (duration - known) / 4, ordering: .relaxed)
    }

    /// How much Argon2id takes so long; none before anything is known of it, so that the whole of it follows.
    private func work(of duration: Int) -> Int {
        let known = hashDuration.load(ordering: .relaxed)
        guard known > 0 else { return 0 }
        return Int(Double(decoy.parameters.work) * Double(duration) / Double(known))
    }

    /// Of the calling thread, in nanoseconds.
    private static func threadTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
}
