import GRDB

extension StorageError {
    /// What an extended result code of SQLite means, with SQLite's own words, which hold no bound value.
    ///
    /// https://www.sqlite.org/rescode.html
    /// - Parameters:
    ///   - code: The extended code.
    ///   - message: SQLite's message for it.
    ///   - path: The database file.
    init(sqlite code: ResultCode, message: String?, path: String) {
        let message = message ?? "SQLite error \(code.rawValue)"
        switch code.primaryResultCode {
        case .SQLITE_CONSTRAINT:
            self = Self.constraint(code, message: message)
        case .SQLITE_NOTADB:
            self = .notADatabase(path: path)
        case .SQLITE_CORRUPT, .SQLITE_FORMAT:
            self = .corrupt(reason: "\(path): \(message)")
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
            self = .unavailable(reason: "\(path) is in use by another process: \(message)")
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM,
            .SQLITE_INTERRUPT, .SQLITE_ABORT:
            self = .unavailable(reason: "\(path): \(message)")
        default:
            self = .invalidStatement(reason: message)
        }
    }

    /// Opening goes through GRDB, which has errors of its own around SQLite's.
    init(opening error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            self = .unavailable(reason: "\(path): \(error)")
            return
        }
        self.init(sqlite: error.extendedResultCode, message: error.message, path: path)
        if case .invalidStatement(let message) = self { self = .unavailable(reason: "\(path): \(message)") }
    }

    private static func constraint(_ code: ResultCode, message: String) -> StorageError {
        let kind: ConstraintKind
        switch code {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID: kind = .unique
        case .SQLITE_CONSTRAINT_FOREIGNKEY: kind = .foreignKey
        case .SQLITE_CONSTRAINT_NOTNULL: kind = .notNull
        default: kind = .check
        }
        // "UNIQUE constraint failed: account.name": the columns follow the colon, where there are any.
        let detail = message.split(separator: ": ", maxSplits: 1).dropFirst().first.map(String.init)
        return .constraint(kind: kind, detail: detail ?? "a row of this statement")
    }
}
