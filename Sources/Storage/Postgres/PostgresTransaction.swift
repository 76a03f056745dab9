/// A transaction on a connection to PostgreSQL, for as long as its closure runs.
final class PostgresTransaction: EngineTransaction {
    private let connection: PostgresConnection
    private let purpose: PostgresPurpose
    private(set) var deadline: ContinuousClock.Instant
    var failure: StorageError?

    /// PostgreSQL's advisory locks have numbers; this is ours.
    private static let schemaLock: Int64 = 0x74796B76_00000001

    /// - Parameter connection: Where a transaction is open.
    init(on connection: PostgresConnection, _ purpose: PostgresPurpose, before deadline: ContinuousClock.Instant) {
        self.connection = connection
        self.purpose = purpose
        self.deadline = deadline
    }

    var timeline: Int64 {
        get throws(StorageError) {
            if connection.isPrepared { return connection.timeline }
            // A pooler's connection outlives the server behind it.
            guard let timeline = try run(.timeline) else {
                throw .unavailable(reason: "the server is a standby, which takes no writes")
            }
            return timeline
        }
    }

    func run<Answer>(_ statement: Statement<Answer>) throws(StorageError) -> Answer {
        try noting { () throws(StorageError) in
            try statement.answer(connection.run(statement.sql, purpose, before: deadline))
        }
    }

    func run(script: MigrationScript) throws(StorageError) {
        try noting { () throws(StorageError) in try connection.control(script.text, purpose, before: deadline) }
    }

    func tableNames() throws(StorageError) -> Set<String> {
        try run(
            Statement("SELECT tablename AS name FROM pg_catalog.pg_tables WHERE schemaname = current_schema()") {
                rows throws(StorageError) in
                Set(try rows.map { row throws(StorageError) in try row.text("name") })
            })
    }

    /// From here on the transaction has a migration's time; but what it changes it must get at once, or nodes at work
    /// would queue up behind it.
    func lockSchema() throws(StorageError) {
        guard purpose != .reading else { throw .invalidStatement(reason: "a read does not lock the schema") }
        deadline = .now + connection.options.migration
        try run(Statement("SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)"))
        try run(Statement("SELECT pg_advisory_xact_lock(\(Self.schemaLock))"))
        try run(Statement("SELECT set_config('lock_timeout', '3s', true)"))
    }

    func announceChange() throws(StorageError) {
        try run(Statement("SELECT pg_notify(\(PostgresListener.channel), '')"))
    }
}
