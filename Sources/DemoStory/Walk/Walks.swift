import OAuth
import Secrets
import Synchronization

/// Everybody's walks: at most 100, of an hour at most; the oldest makes room.
///
/// A walk is found by the hash of its browser's cookie, so that no comparison tells anything of the cookie.
final class Walks: Sendable {
    static let maximumCount = 100
    static let lifetime: Duration = .hours(1)

    private struct Entry {
        var walk: Walk
        /// Whether a step is being taken: a second press of a button waits for nothing and does nothing.
        var isBusy = false
    }

    private let entries = Mutex<[TokenHash: Entry]>([:])

    /// The walk of a cookie, if it still is.
    func find(_ cookie: OneTimeValue, at now: Milliseconds) -> Walk? {
        entries.withLock { entries in
            Self.removeOld(&entries, now)
            return entries[cookie.hash]?.walk
        }
    }

    /// A new walk and the cookie that finds it.
    func begin(at now: Milliseconds) -> (OneTimeValue, Walk) {
        let cookie = OneTimeValue.random()
        let walk = Walk(at: now)
        entries.withLock { entries in
            Self.removeOld(&entries, now)
            if entries.count >= Self.maximumCount,
                let oldest = entries.min(by: { $0.value.walk.beganAt < $1.value.walk.beganAt })?.key
            {
                entries[oldest] = nil
            }
            entries[cookie.hash] = Entry(walk: walk)
        }
        return (cookie, walk)
    }

    /// Takes a step of a walk, unless another one is being taken.
    func take(_ cookie: OneTimeValue, _ step: (inout Walk) async -> Void) async {
        let taken = entries.withLock { entries -> Walk? in
            guard let entry = entries[cookie.hash], !entry.isBusy else { return nil }
            entries[cookie.hash]?.isBusy = true
            return entry.walk
        }
        guard var walk = taken else { return }
        await step(&walk)
        entries.withLock { entries in
            guard entries[cookie.hash] != nil else { return }
            entries[cookie.hash] = Entry(walk: walk)
        }
    }

    private static func removeOld(_ entries: inout [TokenHash: Entry], _ now: Milliseconds) {
        entries = entries.filter { $0.value.walk.beganAt + lifetime > now }
    }
}
