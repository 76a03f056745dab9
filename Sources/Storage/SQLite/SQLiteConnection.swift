import GRDB
import GRDBSQLite

/// Runs statements on one connection of GRDB's, on its queue.
///
/// GRDB opens, prepares and caches; binding, stepping and reading go by SQLite's own functions, because GRDB's take a
/// text up to its first NUL, mend bad UTF-8 in silence, and cost as much again as the statement.
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
        guard Int(sqlite3_bind_parameter_count(handle)) == sql.binds.count else {
            throw .invalidStatement(reason: "it has places for other values than it binds")
        }
        return try SQLiteBinds.with(sql.binds, of: handle) {
            var rows: [Row] = []
            while true {
                switch sqlite3_step(handle) {
                case SQLITE_ROW: rows.append(Row(of: handle, columns: statement.columnNames))
                case SQLITE_DONE: return .success(rows)
                case let code: return .failure(failure(code))
                }
            }
        }.get()
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

    private func failure(_ code: CInt) -> StorageError {
        if code & 0xFF == SQLITE_READONLY, isReadOnly { return .invalidStatement(reason: "a read does not write") }
        let message = sqlite3_errmsg(database.sqliteConnection).map { String(cString: $0) }
        return StorageError(sqlite: ResultCode(rawValue: code), message: message, path: path)
    }
}

extension Row {
    /// Copies the row at which the statement stands.
    fileprivate init(of handle: OpaquePointer, columns: [String]) {
        var values: [Value] = []
        values.reserveCapacity(columns.count)
        for index in 0..<CInt(columns.count) { values.append(Value(of: handle, index)) }
        self.init(columns: columns, values: values)
    }
}

extension Row.Value {
    fileprivate init(of handle: OpaquePointer, _ index: CInt) {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_NULL: self = .null
        case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(handle, index))
        case SQLITE_TEXT:
            let start = sqlite3_column_text(handle, index)
            let utf8 = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
            self = String(validating: utf8, as: UTF8.self).map(Self.text) ?? .foreign("a text that is not UTF-8")
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(handle, index)
            let count = Int(sqlite3_column_bytes(handle, index))
            self = .bytes([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default: self = .foreign("a floating-point number")
        }
    }
}
