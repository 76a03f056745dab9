/// A transaction on a connection of SQLite, for as long as its closure runs.
final class SQLiteTransaction: EngineTransaction {
    private let connection: SQLiteConnection
    var failure: StorageError?

    /// - Parameter connection: Where a transaction is open.
    init(on connection: SQLiteConnection) {
        self.connection = connection
    }

    func run<Answer>(_ statement: Statement<Answer>) throws(StorageError) -> Answer {
        try noting { () throws(StorageError) in try statement.answer(connection.run(statement.sql)) }
    }

    func run(script: MigrationScript) throws(StorageError) {
        try noting { () throws(StorageError) in try connection.run(script: script) }
    }

    func tableNames() throws(StorageError) -> Set<String> {
        try run(
            Statement("SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'") {
                rows throws(StorageError) in
                Set(try rows.map { row throws(StorageError) in try row.text("name") })
            })
    }

    /// The writer's lock is the database's: SQLite has one writer at a time.
    func lockSchema() throws(StorageError) {
        if connection.isReadOnly { throw .invalidStatement(reason: "a read does not lock the schema") }
    }

    /// Every write changes the file, and SQLite tells the others (`PRAGMA data_version`).
    func announceChange() {}

    /// A file does not fail over.
    let timeline: Int64 = 0
}
