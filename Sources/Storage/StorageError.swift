/// Why the store did not do what was asked; no case carries a bound value.
package enum StorageError: Error, Sendable, Hashable {
    /// Busy beyond the time-out, disk full, input/output error, lost server: nothing was written, try again later
    /// (503).
    case unavailable(reason: String)
    /// Too many are waiting already (503 with `Retry-After`).
    case overloaded(retryAfterSeconds: Int)
    /// The commit failed, and nobody knows whether it took hold.
    case unknownOutcome(reason: String)
    /// A rule of the schema forbids it; `detail` is the constraint or its columns, as the engine tells.
    case constraint(kind: ConstraintKind, detail: String)
    /// Another transaction came in between, more often than it was retried.
    case conflict(reason: String)
    /// Another transaction held what this one needs, for as long as it may wait: nothing was written (503).
    case locked(reason: String)
    /// What is stored is not what this program stores.
    case corrupt(reason: String)
    /// The engine does not take the statement: a fault of the program, or of the schema under it.
    case invalidStatement(reason: String)
    /// There are tables, and none of them is ours.
    case foreignTables
    /// There is a file, and it is no database.
    case notADatabase(path: String)
    /// A newer version of the program has migrated this store.
    case schemaTooNew(found: Int, known: Int)
    /// Migrations are missing.
    case schemaTooOld(found: Int, known: Int)
    /// The store was migrated by another text than the one in this program.
    case migrationChanged(number: Int)
    /// A migration did not go through; it is rolled back.
    case migrationFailed(number: Int, name: String, reason: String)
    /// A move into this store was broken off: it holds a part of a deployment.
    case moveUnfinished
    /// The database was closed by this program.
    case closed
}

extension StorageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unavailable(let reason):
            "the database is not available: \(reason)"
        case .overloaded(let seconds):
            "too many requests wait for the database; try again in \(seconds) s"
        case .unknownOutcome(let reason):
            "the database did not confirm the commit, so its outcome is unknown: \(reason)"
        case .constraint(let kind, let detail):
            "the \(kind.rawValue) constraint on \(detail) refuses this"
        case .conflict(let reason):
            "another transaction came in between too often: \(reason)"
        case .locked(let reason):
            "the database is busy: \(reason)"
        case .corrupt(let reason):
            "the database is damaged, or holds what does not belong there: \(reason)"
        case .invalidStatement(let reason):
            "the database does not take a statement: \(reason)"
        case .foreignTables:
            "the database belongs to another program: it has tables, and none of Tykva's"
        case .notADatabase(let path):
            "the file \(path) is not a Tykva database"
        case .schemaTooNew(let found, let known):
            "the database has schema \(found), this program knows up to \(known): a newer version has migrated it"
        case .schemaTooOld(let found, let known):
            "the database has schema \(found), this program needs \(known): run `tykva migrate`"
        case .migrationChanged(let number):
            "migration \(number) of the database is not the one in this program"
        case .migrationFailed(let number, let name, let reason):
            "migration \(number) (\(name)) failed and was rolled back: \(reason)"
        case .moveUnfinished:
            "a move into this database is unfinished: run `tykva move` again, with the same --from and --to"
        case .closed:
            "the database is closed"
        }
    }
}
