/// A transaction on a connection of SQLite, for as long as its closure runs.
final class SQLiteTransaction: Transaction {
    private let connection: SQLiteConnection
    /// The first error of the store; nothing runs after it.
    private(set) var failure: StorageError?

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

    func lockAdministration() throws(StorageError) {
        if connection.isReadOnly { throw .invalidStatement(reason: "a read does not lock anything") }
    }

    /// Every write changes the file, and SQLite tells the others (`PRAGMA data_version`).
    func announceChange() {}

    /// A file does not fail over.
    let timeline: Int64 = 0

    /// Runs the closure of a caller, and holds it to the first error.
    func outcome<Outcome>(
        of body: (any Transaction) throws(StorageError) -> Outcome
    ) -> Result<Outcome, StorageError> {
        do throws(StorageError) {
            let outcome = try body(self)
            return failure.map(Result.failure) ?? .success(outcome)
        } catch {
            return .failure(error)
        }
    }

    private func noting<Answer>(_ work: () throws(StorageError) -> Answer) throws(StorageError) -> Answer {
        if let failure { throw failure }
        do throws(StorageError) {
            return try work()
        } catch {
            failure = error
            throw error
        }
    }
}
