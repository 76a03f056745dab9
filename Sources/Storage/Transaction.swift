/// An open transaction: what the closure of `Database.write` or `Database.read` works with.
///
/// After the first error nothing more runs in a transaction, and it ends rolled back, whatever its closure returns:
/// PostgreSQL does so by itself, and SQLite is held to it.
package protocol Transaction {
    /// Runs one statement and reads its answer.
    func run<Answer>(_ statement: Statement<Answer>) throws(StorageError) -> Answer

    /// Runs the statements of a migration one after another.
    func run(script: MigrationScript) throws(StorageError)

    /// Whether the schema has a table of this name (lower case).
    func hasTable(_ name: String) throws(StorageError) -> Bool

    /// Waits until no other connection changes the schema, and keeps it so until the end of the transaction.
    func lockSchema() throws(StorageError)
}
