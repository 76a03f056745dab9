import OAuth
import Secrets
import Synchronization

/// Attempts of this node whose outcome is not written yet: so that many at once do not all pass before the first of
/// them has failed.
///
/// An attempt watches its keys, reads their records, is admitted or not, and ends. What failed between its reading and
/// its admission is added to what it read.
final class AttemptsInFlight: Sendable {
    private struct Entry {
        /// Attempts that are reading the records.
        var watching = 0
        /// Attempts that are being looked at.
        var admitted = 0
        /// Of those, how many have failed, and are written, since the entry was made.
        var failed: Int64 = 0
    }

    /// What had failed of each key when an attempt began to watch.
    struct Watch {
        fileprivate let failed: [GuessKey: Int64]
    }

    private let entries = Mutex<[TokenHash: Entry]>([:])

    /// How many keys are known of: none, when nobody is at it.
    var count: Int { entries.withLock { $0.count } }

    func watch(_ keys: [GuessKey]) -> Watch {
        entries.withLock { entries in
            var failed: [GuessKey: Int64] = [:]
            for key in keys {
                entries[key.hash, default: Entry()].watching += 1
                failed[key] = entries[key.hash]?.failed
            }
            return Watch(failed: failed)
        }
    }

    /// Ends a watch whose attempt is not made.
    func leave(_ watch: Watch) {
        entries.withLock { entries in Self.leave(watch, &entries) }
    }

    /// Ends a watch and admits its attempt, when each key that judges it does.
    ///
    /// - Parameter keys: Of those that are watched.
    /// - Returns: Nil when it is admitted, and then `end` must follow; else the key that lets it wait longest.
    func admit(
        _ keys: [GuessKey], _ watch: Watch, _ records: [TokenHash: FailureRecord], at now: Milliseconds
    ) -> (kind: GuessKind, until: Milliseconds)? {
        entries.withLock { entries in
            defer { Self.leave(watch, &entries) }
            var longest: (kind: GuessKind, until: Milliseconds)?
            for key in keys {
                let entry = entries[key.hash] ?? Entry()
                var record = records[key.hash]
                let missed = entry.failed - (watch.failed[key] ?? 0)
                if missed > 0 { record = key.kind.policy.adding(missed, to: record, at: now) }
                if case .wait(let until) = key.kind.policy.decide(record, inFlight: entry.admitted, at: now),
                    until > longest?.until ?? Milliseconds(.min)
                {
                    longest = (key.kind, until)
                }
            }
            guard longest == nil else { return longest }
            for key in keys { entries[key.hash, default: Entry()].admitted += 1 }
            return nil
        }
    }

    /// - Parameter hasFailed: Whether a failure of it was written.
    func end(_ keys: [GuessKey], hasFailed: Bool) {
        entries.withLock { entries in
            for key in keys {
                entries[key.hash]?.admitted -= 1
                if hasFailed { entries[key.hash]?.failed += 1 }
                Self.drop(key, &entries)
            }
        }
    }

    private static func leave(_ watch: Watch, _ entries: inout [TokenHash: Entry]) {
        for key in watch.failed.keys {
            entries[key.hash]?.watching -= 1
            drop(key, &entries)
        }
    }

    private static func drop(_ key: GuessKey, _ entries: inout [TokenHash: Entry]) {
        guard let entry = entries[key.hash], entry.watching <= 0, entry.admitted <= 0 else { return }
        entries[key.hash] = nil
    }
}
