/// How long to wait between wrong guesses: the first cost nothing, then the pause doubles from a second up to a cap.
package struct GuessPolicy: Hashable, Sendable {
    /// How many wrong guesses cost nothing: at least one.
    package let free: Int
    /// The longest pause.
    package let cap: Duration

    /// A person is told of a lockout of their account when a pause is longer than this.
    package static let toldPause = Duration.minutes(1)
    /// How far a record may be ahead of us: another node's clock. One further ahead is from before the clock went back.
    private static let skew = Duration.minutes(1)
    /// What is answered to one who comes while another's guess is being looked at.
    private static let turn = Duration.seconds(1)

    package init(free: Int, cap: Duration) {
        precondition(free > 0, "one wrong guess is free at least")
        self.free = free
        self.cap = cap
    }

    /// The pause after so many wrong guesses.
    package func pause(after failures: Int64) -> Duration {
        guard failures >= Int64(free) else { return .zero }
        let doublings = failures - Int64(free)
        guard doublings < 32 else { return cap }
        return min(.seconds(1 << doublings), cap)
    }

    /// Whether a guess is looked at now.
    ///
    /// - Parameters:
    ///   - record: Of the wrong guesses so far; nil when there are none.
    ///   - inFlight: How many guesses are being looked at, whose outcome is not in the record yet.
    package func decide(_ record: FailureRecord?, inFlight: Int, at now: Milliseconds) -> GuessDecision {
        let failures = record?.counted(at: now) ?? 0
        if let record, failures > 0, record.lastFailedAt <= now + Self.skew {
            let end = record.lastFailedAt + pause(after: failures)
            // A clock that is a little behind makes no pause longer than it is.
            guard end <= now else { return .wait(until: min(end, now + pause(after: failures))) }
        }
        guard failures + Int64(inFlight) < Int64(free) || inFlight == 0 else { return .wait(until: now + Self.turn) }
        return .admit
    }
}
