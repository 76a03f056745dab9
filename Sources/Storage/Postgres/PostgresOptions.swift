/// The bounds of a PostgreSQL store: how many connections, and how long anything may take.
///
/// So no answer takes longer than `wait` and `statement` together.
package struct PostgresOptions: Sendable {
    /// Connections of this process; one piece of work at a time each.
    package var connections = 8
    /// Pieces of work that wait for a connection; one more is `overloaded`.
    package var waitingLimit = 1024
    /// How long a piece of work waits for a connection.
    package var wait = Duration.seconds(5)
    /// How long connecting may take, encryption and authentication included.
    package var connect = Duration.seconds(3)
    /// How long a statement or a whole transaction may take.
    package var statement = Duration.seconds(5)
    /// How much of that may go into waiting for a lock, in thousandths.
    package var lockPermille: Int64 = 800
    /// How long a migration may take.
    package var migration = Duration.seconds(900)
    /// How often is looked whether another node has written, when nothing has told so.
    package var poll = Duration.seconds(2)

    /// For how long commits may fail to come back before the store counts as one that does not take them.
    package var commitPatience = Duration.seconds(10)
    /// How long a connection is kept that was given up under a commit, because its backend is still there.
    package var backendPatience = Duration.seconds(60)

    package init() {}

    /// PostgreSQL's own time-outs, a little before ours: its refusal is certain, our hanging up is not.
    ///
    /// - Parameter span: How long we wait.
    func serverTimeouts(within span: Duration) -> [String] {
        let milliseconds = max(10, Int64(span / .milliseconds(1)))
        return [
            "statement_timeout=\(milliseconds * 9 / 10)", "lock_timeout=\(max(8, milliseconds * lockPermille / 1000))",
            "idle_in_transaction_session_timeout=\(milliseconds * 2)",
        ]
    }

    /// Whether another try makes sense, after a failure and with so much time left.
    func allowsAnotherTry(after error: StorageError, before deadline: ContinuousClock.Instant) -> Bool {
        let left = deadline - .now
        return switch error {
        case .conflict: left > statement / 10
        // Less would not do for the wait that has just failed.
        case .locked: left > statement * Double(lockPermille) / 1000
        default: false
        }
    }
}
