import Metrics
import OAuth

/// How refreshes end: one counter a row of the state machine.
struct RefreshCounts: Sendable {
    let rotated = Self.counter("rotated")
    let retried = Self.counter("retried")
    let fastForwarded = Self.counter("fast_forwarded")
    let garbage = Self.counter("garbage")
    private let stranger = Self.counter("stranger")
    private let over = Self.counter("over")
    private let unknown = Self.counter("unknown")
    private let lateTheft = Self.counter("theft_late")
    private let staleTheft = Self.counter("theft_stale")

    func count(_ decision: RefreshDecision) {
        switch decision {
        case .unknown: unknown.increment()
        case .stranger: stranger.increment()
        case .over: over.increment()
        case .theft(.late): lateTheft.increment()
        case .theft(.stale): staleTheft.increment()
        case .rotate, .retry, .fastForward: break
        }
    }

    private static func counter(_ outcome: String) -> Counter {
        Counter(label: "tykva_refreshes_total", dimensions: [("outcome", outcome)])
    }
}
