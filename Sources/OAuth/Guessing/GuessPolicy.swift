/// What wrong guesses cost: the first nothing, the others time.
package struct GuessPolicy: Hashable, Sendable {
    /// What those cost that are not free.
    package enum Cost: Hashable, Sendable {
        /// The pause doubles from a second up to a cap. `memory` after the last guess all are forgotten.
        case doublingPause(cap: Duration)
        /// One is forgotten every so long, and nothing is looked at before: for what many people share, so that their
        /// occasional errors do not add up. More than the free ones are never counted.
        case oneEvery(Duration)
    }

    /// How many wrong guesses cost nothing: at least one.
    package let free: Int64
    package let cost: Cost

    /// So long after the last one those are forgotten that make a pause double.
    package static let memory = Duration.hours(24)
    /// A person is told of a lockout of their account when a pause is longer than this.
    package static let toldPause = Duration.minutes(1)
    /// How far a record may be ahead of us: another node's clock. One further ahead is from before the clock went back.
    package static let skew = Duration.minutes(1)
    /// What is answered to one who comes while another's guess is being looked at.
    private static let turn = Duration.seconds(1)

    package init(free: Int64, cost: Cost) {
        precondition(free > 0, "one wrong guess is free at least")
        self.free = free
        self.cost = cost
    }

    /// The longest that somebody waits after so many wrong guesses.
    package func pause(after failures: Int64) -> Duration {
        guard failures >= free else { return .zero }
        switch cost {
        case .oneEvery(let interval): return interval
        case .doublingPause(let cap):
            let doublings = failures - free
            guard doublings < 32 else { return cap }
            return min(.seconds(1 << doublings), cap)
        }
    }

    /// How many of a record count still.
    package func counted(_ record: FailureRecord, at now: Milliseconds) -> Int64 {
        let left = expiry(of: record).since(now)
        guard left > 0 else { return 0 }
        guard case .oneEvery(let interval) = cost else { return record.failures }
        let milliseconds = interval.wholeMilliseconds
        return min(free, left / milliseconds + (left % milliseconds > 0 ? 1 : 0))
    }

    /// The record after more wrong guesses.
    package func adding(_ count: Int64, to record: FailureRecord?, at now: Milliseconds) -> FailureRecord {
        let failures = (record.map { counted($0, at: now) } ?? 0) + count
        guard case .oneEvery(let interval) = cost else {
            return FailureRecord(failures: failures, lastFailedAt: now, expiresAt: now + Self.memory)
        }
        let begun = max(record.map(expiry) ?? now, now)
        return FailureRecord(
            failures: min(failures, free), lastFailedAt: now,
            expiresAt: min(begun + interval * Int(min(count, free)), now + interval * Int(free)))
    }

    /// Whether a guess is looked at now.
    ///
    /// - Parameters:
    ///   - record: Of the wrong guesses so far; nil when there are none.
    ///   - inFlight: How many guesses are being looked at, whose outcome is not in the record yet.
    package func decide(_ record: FailureRecord?, inFlight: Int, at now: Milliseconds) -> GuessDecision {
        let failures = record.map { counted($0, at: now) } ?? 0
        if let record, failures > 0, record.lastFailedAt <= now + Self.skew {
            let end = end(of: record, failures)
            // A clock that is a little behind makes no pause longer than it is.
            guard end <= now else { return .wait(until: min(end, now + pause(after: failures))) }
        }
        guard failures + Int64(inFlight) < free || inFlight == 0 else { return .wait(until: now + Self.turn) }
        return .admit
    }

    /// When the next guess is looked at.
    private func end(of record: FailureRecord, _ failures: Int64) -> Milliseconds {
        switch cost {
        case .doublingPause: record.lastFailedAt + pause(after: failures)
        case .oneEvery(let interval): expiry(of: record) - interval * Int(free - 1)
        }
    }

    /// Never later than this policy can have meant: the store may have it from one of another version.
    private func expiry(of record: FailureRecord) -> Milliseconds {
        guard case .oneEvery(let interval) = cost else { return record.expiresAt }
        return min(record.expiresAt, record.lastFailedAt + interval * Int(free))
    }
}
