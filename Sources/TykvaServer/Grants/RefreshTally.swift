import OAuth
import Storage
import Synchronization

/// What this run of a node has counted of refreshes, by client and day, until it is written (docs/refresh.md, "Is the
/// window right?").
///
/// On a refresh's way it costs one entry in a dictionary behind a lock. Clients are those that are registered; beyond
/// `Limits.countedClients` the rest of a day is counted together.
package final class RefreshTally: Sendable {
    /// What is counted of a use of a refresh token.
    enum Outcome: Hashable, Sendable {
        case rotated, fastForwarded, late, stale, stranger
        /// The current token once more, so many milliseconds after its rotation.
        case retried(after: Int64)

        /// As soon as this it is no lost answer: two asked at once.
        static let raceMilliseconds: Int64 = 1000
        var isRace: Bool {
            if case .retried(let after) = self { after < Self.raceMilliseconds } else { false }
        }
    }

    private struct Key: Hashable {
        let client: ClientID?
        let day: Int64
    }

    private struct Entry {
        var count = RefreshCount()
        /// What the store is known to hold.
        var written = RefreshCount()
    }

    private let node = EventID.random().text
    private let entries = Mutex<[Key: Entry]>([:])

    package init() {}

    func note(_ outcome: Outcome, of client: ClientID, at now: Milliseconds) {
        let key = Key(client: client, day: now.day)
        entries.withLock { entries in
            let isCounted = entries[key] != nil || entries.count < Limits.countedClients
            entries[isCounted ? key : Key(client: nil, day: key.day), default: Entry()].count.add(outcome)
        }
    }

    /// What the store does not hold yet, as far as is known: each row whole.
    var unwritten: [RefreshCountRow] {
        entries.withLock { entries in
            entries.filter { $0.value.count != $0.value.written }.map { key, entry in
                RefreshCountRow(client: key.client, day: key.day, node: node, count: entry.count)
            }
        }
    }

    /// Those rows are in the store.
    func settle(_ rows: ArraySlice<RefreshCountRow>) {
        entries.withLock { entries in
            for row in rows { entries[Key(client: row.client, day: row.day)]?.written = row.count }
        }
    }

    /// Lets go of what is written of days before yesterday: of those nothing comes any more.
    func forgetPast(at now: Milliseconds) {
        entries.withLock { entries in
            entries = entries.filter { $0.key.day >= now.day - 1 || $0.value.count != $0.value.written }
        }
    }
}

extension RefreshCount {
    fileprivate mutating func add(_ outcome: RefreshTally.Outcome) {
        switch outcome {
        case .rotated: rotated += 1
        case .fastForwarded: fastForwarded += 1
        case .late: lateThefts += 1
        case .stale: staleThefts += 1
        case .stranger: strangers += 1
        case .retried where outcome.isRace: raced += 1
        case .retried(let after):
            retried += 1
            longestRetry = max(longestRetry, after)
        }
    }
}
