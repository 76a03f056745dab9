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
    /// How long a migration may take.
    package var migration = Duration.seconds(900)
    /// How often is looked whether another node has written, when nothing has told so.
    package var poll = Duration.seconds(2)

    package init() {}

    /// PostgreSQL's own time-outs, a little before ours: its refusal is certain, our hanging up is not.
    static let serverTimeouts = [
        "statement_timeout=4500", "lock_timeout=4000", "idle_in_transaction_session_timeout=10000",
    ]
}
