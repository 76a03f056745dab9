package import OAuth
package import Storage

/// How refreshes ended, by client, and what that says of the retry window (docs/refresh.md, "Is the window right?").
package struct RefreshStatistics: Sendable {
    package let clients: [ClientRefreshCount]
    package let total: RefreshCount
    package let window: RetryWindow

    /// - Parameters:
    ///   - since: Its whole day is counted, in UTC.
    ///   - client: Only this one's; nil for all.
    ///   - window: The one that is set.
    package init(
        _ database: any Database, since: Milliseconds, of client: ClientID? = nil, window: RetryWindow
    ) async throws {
        let counts = try await database.read { tx throws(StorageError) in
            try tx.run(.refreshCounts(of: client, since: since.day))
        }
        self.init(counts, window: window)
    }

    init(_ clients: [ClientRefreshCount], window: RetryWindow) {
        self.clients = clients
        self.window = window
        total = clients.reduce(RefreshCount()) { $0 + $1.count }
    }

    /// One sentence on how to judge the window by these counts.
    package var advice: String {
        let window = self.window.sameCallerSeconds
        let longest = (total.longestRetry + 999) / 1000
        if total.rotated == 0 { return "Nothing was refreshed in this time, so there is nothing to judge." }
        if total.lateThefts == 0 {
            guard total.retried > 0, longest * 4 <= window, window > RetryWindow.standard.otherCallerSeconds else {
                return "No late replay: the window of \(window) s signs no honest client out."
            }
            return "No late replay, and no retry after \(longest) s: the window of \(window) s could be shorter, "
                + "and a thief would have less of it."
        }
        guard longest * 4 >= window * 3 else {
            return "Late replays, and yet every retry came within \(longest) s of \(window) s: a wider window would "
                + "hardly help, so look at both holders (tykva audit --type refresh_theft)."
        }
        return "Retries come until the window of \(window) s closes, and late replays after it: clients wait longer "
            + "for an answer; shorten their time-out or widen retry_window."
    }
}

extension RefreshCount {
    /// Retries and races of a hundred refreshes; nil when there were none.
    package var retriesPerHundred: Double? { ratio(retried + raced, 100) }
    /// Late and stale replays of a million refreshes.
    package var replaysPerMillion: Double? { ratio(lateThefts + staleThefts, 1_000_000) }

    private func ratio(_ part: Int64, _ whole: Double) -> Double? {
        rotated > 0 ? Double(part) / Double(rotated) * whole : nil
    }
}
