import Metrics
import OAuth

/// How refreshes end: one counter a row of the state machine, and the tally by client and day.
struct RefreshCounts: Sendable {
    let tally: RefreshTally
    private let rotated = Self.counter("rotated")
    private let retried = Self.counter("retried")
    private let raced = Self.counter("raced")
    private let fastForwarded = Self.counter("fast_forwarded")
    private let garbage = Self.counter("garbage")
    private let stranger = Self.counter("stranger")
    private let over = Self.counter("over")
    private let unknown = Self.counter("unknown")
    private let lateTheft = Self.counter("theft_late")
    private let staleTheft = Self.counter("theft_stale")

    init(_ tally: RefreshTally) { self.tally = tally }

    /// No token of ours: whose it might be is not asked.
    func countGarbage() { garbage.increment() }

    func count(_ outcome: RefreshTally.Outcome, of client: ClientID, at now: Milliseconds) {
        switch outcome {
        case .rotated: rotated.increment()
        case .retried: (outcome.isRace ? raced : retried).increment()
        case .fastForwarded: fastForwarded.increment()
        case .stranger: stranger.increment()
        case .late: lateTheft.increment()
        case .stale: staleTheft.increment()
        }
        tally.note(outcome, of: client, at: now)
    }

    /// A refusal.
    func count(_ decision: RefreshDecision, of client: ClientID, at now: Milliseconds) {
        switch decision {
        case .unknown: unknown.increment()
        case .over: over.increment()
        case .stranger: count(RefreshTally.Outcome.stranger, of: client, at: now)
        case .theft(.late): count(.late, of: client, at: now)
        case .theft(.stale): count(.stale, of: client, at: now)
        case .rotate, .retry, .fastForward: break
        }
    }

    private static func counter(_ outcome: String) -> Counter {
        Counter(label: "tykva_refreshes_total", dimensions: [("outcome", outcome)])
    }
}
