import GRDB
import GRDBSQLite

/// Runs statements on one connection of GRDB's, on its queue.
///
/// GRDB opens, prepares and caches; binding, stepping and reading go by SQLite's own functions, because GRDB's take a text
/// up to its first NUL, mend bad UTF-8 in silence, and cost as much again as the statement.
struct SQLiteConnection {
    let database: GRDB.Database
    let path: String

    /// Whether a transaction is open. SQLite ends one by itself on some errors.
    /// https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
    var isInTransaction: Bool { sqlite3_get_autocommit(database.sqliteConnection) == 0 }

    /// Whether this is one of the connections for reading, which SQLite keeps from writing.
    var isReadOnly: Bool { database.configuration.readonly }

    /// Runs one statement to its end.
    func run(_ sql: SQL) throws(StorageError) -> [Row] {
        let statement = try prepared(sql.text)
        let handle = statement.sqliteStatement
        // A cached statement must hold no lock on the snapshot and no hash or name of the last caller.
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        guard Int(sqlite3_bind_parameter_count(handle)) == sql.binds.count else {
            throw .invalidStatement(reason: "it has places for other values than it binds")
        }
        var index: CInt = 0
        for value in sql.binds {
            index += 1
            try bind(value, at: index, of: handle)
        }
        return try step(handle, statement)
    }

    /// Runs a statement without values or rows: `BEGIN IMMEDIATE`, `COMMIT`, `SAVEPOINT` and their like.
    func control(_ command: SQL) throws(StorageError) {
        _ = try run(command)
    }

    func run(script: MigrationScript) throws(StorageError) {
        let code = sqlite3_exec(database.sqliteConnection, script.text, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func prepared(_ text: String) throws(StorageError) -> GRDB.Statement {
        do {
            return try database.cachedStatement(sql: text)
        } catch let error as DatabaseError {
            throw StorageError(sqlite: error.extendedResultCode, message: error.message, path: path)
        } catch {
            throw .invalidStatement(reason: "\(error)")
        }
    }

    private func step(_ handle: OpaquePointer, _ statement: GRDB.Statement) throws(StorageError) -> [Row] {
        var rows: [Row] = []
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: rows.append(row(handle, columns: statement.columnNames))
            case SQLITE_DONE: return rows
            case let code: throw failure(code)
            }
        }
    }

    private func failure(_ code: CInt) -> StorageError {
        if code & 0xFF == SQLITE_READONLY, isReadOnly { return .invalidStatement(reason: "a read does not write") }
        let message = sqlite3_errmsg(database.sqliteConnection).map { String(cString: $0) }
        return StorageError(sqlite: ResultCode(rawValue: code), message: message, path: path)
    }
}

extension SQLiteConnection {
    private func bind(_ value: SQLValue, at index: CInt, of handle: OpaquePointer) throws(StorageError) {
        let code: CInt
        switch value {
        case .text(var text):
            // PostgreSQL has no text with U+0000 in it, and the engines must agree.
            guard !text.utf8.contains(0) else { throw .invalidStatement(reason: "a bound text contains U+0000") }
            code = text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, nil) }
                    guard let count = CInt(exactly: characters.count) else { return SQLITE_TOOBIG }
                    return sqlite3_bind_text(handle, index, start, count, Self.copied)
                }
            }
        case .integer(let integer):
            code = sqlite3_bind_int64(handle, index, integer)
        case .bytes(let bytes):
            code = bytes.withUnsafeBytes { buffer in
                // Without an address SQLite would bind a null.
                guard let start = buffer.baseAddress, buffer.count > 0 else {
                    return sqlite3_bind_zeroblob(handle, index, 0)
                }
                guard let count = CInt(exactly: buffer.count) else { return SQLITE_TOOBIG }
                return sqlite3_bind_blob(handle, index, start, count, Self.copied)
            }
        case .null:
            code = sqlite3_bind_null(handle, index)
        }
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// `SQLITE_TRANSIENT`, a macro that Swift does not import: SQLite copies the value before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func row(_ handle: OpaquePointer, columns: [String]) -> Row {
        Row(
            columns: columns,
            values: columns.indices.map { index in
                value(handle, CInt(truncatingIfNeeded: index))
            })
    }

    private func value(_ handle: OpaquePointer, _ index: CInt) -> Row.Value {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_NULL: return .null
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
        case SQLITE_TEXT:
            guard let start = sqlite3_column_text(handle, index) else { return .foreign("an unreadable text") }
            let utf8 = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
            return String(validating: utf8, as: UTF8.self).map(Row.Value.text) ?? .foreign("a text that is not UTF-8")
        case SQLITE_BLOB:
            guard let start = sqlite3_column_blob(handle, index) else { return .bytes([]) }
            let count = Int(sqlite3_column_bytes(handle, index))
            return .bytes([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default: return .foreign("a floating-point number")
        }
    }
}
