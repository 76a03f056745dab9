/// When a remote key set is used, fetched again or given up: a pure state machine.
///
/// All times are of one monotonic clock.
struct RemoteKeyState: Sendable {
    struct Policy: Sendable {
        /// How long a set is used after its max-age when no newer one can be had.
        var staleIfError: Duration = .seconds(600)

        /// At most one fetch in this time because of an unknown `kid`.
        var cooldown: Duration = .seconds(30)
    }

    /// What to do for a caller who needs keys.
    enum Decision: Sendable {
        /// Use these; `refresh` says to fetch newer ones meanwhile.
        case use(KeySnapshot, refresh: Bool)
        /// Fetch, or join the fetch that is under way, and ask again.
        case fetch
        case unavailable(retryAfter: Duration)
    }

    /// Bounds of the max-age that an answer may set, and what counts when it sets none.
    static let maxAge: ClosedRange<Duration> = .seconds(30) ... .seconds(86_400)
    static let defaultMaxAge: Duration = .seconds(300)
    /// How long after the last key of a set was seen signing the one after it is looked for: by then every node of the
    /// issuer publishes it.
    static let lookAheadDelay: Duration = .seconds(5)
    private static let longestPause: Duration = .seconds(30)

    let policy: Policy
    private(set) var snapshot: KeySnapshot?
    private(set) var lastError: String?
    private var fetchedAt: Duration = .zero
    private var lifetime: Duration = .zero

    /// Failures since the last success.
    private var failures = 0
    private var nextAttempt: Duration = .zero
    private var lastFetchEnded: Duration?

    /// The epoch of the set beyond which was looked.
    private(set) var lookedBeyond: UInt64?

    init(policy: Policy) {
        self.policy = policy
    }

    /// When newer keys are fetched before anybody has to wait for them.
    private var refreshAt: Duration { fetchedAt + lifetime * 4 / 5 }

    /// When the keys are given up.
    private var unusableAt: Duration { fetchedAt + lifetime + policy.staleIfError }

    /// Until when keys can be used and nothing needs to be decided.
    var settledUntil: Duration? {
        guard snapshot != nil else { return nil }
        return failures == 0 ? refreshAt : min(max(refreshAt, nextAttempt), unusableAt)
    }

    /// How long until the next fetch is due.
    func pause(at now: Duration) -> Duration {
        let due = snapshot == nil ? nextAttempt : max(refreshAt, nextAttempt)
        return max(due - now, .zero)
    }

    func age(at now: Duration) -> Duration? {
        snapshot == nil ? nil : now - fetchedAt
    }

    /// How long the keys go on if newer ones cannot be had; zero when there are none, or they are given up.
    func usableTime(at now: Duration) -> Duration {
        snapshot == nil ? .zero : max(unusableAt - now, .zero)
    }

    func decide(at now: Duration) -> Decision {
        let mayTry = now >= nextAttempt
        guard let snapshot, now < unusableAt else {
            return mayTry ? .fetch : .unavailable(retryAfter: nextAttempt - now)
        }
        if now < refreshAt { return .use(snapshot, refresh: false) }
        // Past its max-age a set may lack a revocation, so the first caller waits for a newer one; only when the
        // issuer has failed to give it does the old one go on.
        if now >= fetchedAt + lifetime && failures == 0 { return .fetch }
        return .use(snapshot, refresh: mayTry)
    }

    /// Whether a `kid` that is not in the set is worth a fetch now.
    func mayFetchForUnknownKey(at now: Duration) -> Bool {
        guard let lastFetchEnded else { return true }
        return now >= nextAttempt && now - lastFetchEnded >= policy.cooldown
    }

    /// Whether the keys that follow a set, whose last one signs now, are to be looked for: once for each set.
    mutating func mayLookBeyond(_ snapshot: KeySnapshot) -> Bool {
        guard isCurrent(snapshot), lookedBeyond != snapshot.epoch else { return false }
        lookedBeyond = snapshot.epoch
        return true
    }

    /// Whether there is still nothing newer than a set, and nothing against a fetch; a look that is left out was none.
    mutating func isWorthLookingBeyond(_ snapshot: KeySnapshot, at now: Duration) -> Bool {
        guard isCurrent(snapshot) else { return false }
        if now < nextAttempt { lookedBeyond = nil }
        return now >= nextAttempt
    }

    private func isCurrent(_ snapshot: KeySnapshot) -> Bool {
        self.snapshot?.epoch == snapshot.epoch
    }

    mutating func succeeded(_ set: JWKSet, maxAge: Duration?, at now: Duration) {
        if let snapshot, snapshot.set == set {
            self.snapshot = snapshot
        } else {
            snapshot = KeySnapshot(set: set, epoch: (snapshot?.epoch ?? 0) + 1)
        }
        fetchedAt = now
        lifetime = min(max(maxAge ?? Self.defaultMaxAge, Self.maxAge.lowerBound), Self.maxAge.upperBound)
        failures = 0
        nextAttempt = now
        lastFetchEnded = now
        lastError = nil
    }

    /// After a failure the next attempt waits 1, 2, 4, … 30 seconds.
    mutating func failed(_ error: String, at now: Duration) {
        failures += 1
        // A look that failed was none.
        lookedBeyond = nil
        nextAttempt = now + min(.seconds(1 << min(failures - 1, 5)), Self.longestPause)
        lastFetchEnded = now
        lastError = error
    }
}
