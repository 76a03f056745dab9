/// What the writer of a SQLite store has done since it was opened; for metrics.
package struct SQLiteStatistics: Sendable, Hashable {
    /// Transactions that were committed.
    package var commits = 0
    /// Writes that were answered after such a commit, whatever their own outcome.
    package var committedWrites = 0
    /// Transactions that were given up because the store failed under them or at the commit.
    package var failedBatches = 0
    /// Writes that were refused because too many were waiting.
    package var overloaded = 0
    /// Writes that wait now.
    package var waiting = 0
}
