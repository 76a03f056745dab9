/// An open transaction: what the closure of `Database.write` or `Database.read` works with.
///
/// After the first error nothing more runs in a transaction, and it ends rolled back, whatever its closure returns:
/// PostgreSQL does so by itself, and SQLite is held to it.
package protocol Transaction {
    /// Runs one statement and reads its answer.
    func run<Answer>(_ statement: Statement<Answer>) throws(StorageError) -> Answer

    /// Runs the statements of a migration one after another.
    func run(script: MigrationScript) throws(StorageError)

    /// The names of the schema's tables, in lower case.
    func tableNames() throws(StorageError) -> Set<String>

    /// Waits until no other connection changes the schema, and keeps it so until the end of the transaction.
    func lockSchema() throws(StorageError)

    /// Tells every other process that shares the store, once the transaction is committed, that something changed
    /// which they remember.
    func announceChange() throws(StorageError)

    /// How often the store has gone over to a history of its own, as the engine tells: a replica that was promoted
    /// has a higher one. Part of the restore epoch (docs/refresh.md, row 8).
    var timeline: Int64 { get throws(StorageError) }
}

extension Transaction {
    /// Whether the schema has a table of this name (lower case).
    package func hasTable(_ name: String) throws(StorageError) -> Bool { try tableNames().contains(name) }

    /// Waits until no other operator's change is under way, and keeps the next one waiting until the end of the
    /// transaction, which it counts as a change. The first thing in it. See `Database.administer`.
    ///
    /// - Throws: `locked` when the other one takes too long.
    func lockAdministration() throws(StorageError) {
        do throws(StorageError) {
            try run(.countChange)
        } catch .locked {
            throw .locked(reason: "another operator's change is under way")
        }
    }
}
