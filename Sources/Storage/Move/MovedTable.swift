/// A table as a move copies it: its primary key and its other columns, with their types.
///
/// All names are literals of this program, and so the statements that are put together from them.
struct MovedTable: Sendable {
    let name: StaticString
    /// The columns of the primary key, in its order; they are the first of `columns`.
    let key: [Column]
    let columns: [Column]
    /// Whether migrations put rows in, which those of the source replace.
    let isSeeded: Bool

    struct Column: Sendable {
        let name: StaticString
        let type: SQLType

        static func text(_ name: StaticString) -> Column { Column(name: name, type: .text) }
        static func integer(_ name: StaticString) -> Column { Column(name: name, type: .integer) }
        static func bytes(_ name: StaticString) -> Column { Column(name: name, type: .bytes) }

        fileprivate var sql: SQL { SQL(stringLiteral: name) }
    }

    init(_ name: StaticString, key: [Column], _ others: [Column] = [], isSeeded: Bool = false) {
        self.name = name
        self.key = key
        columns = key + others
        self.isSeeded = isSeeded
    }

    var title: String { name.description }

    /// The key of one of its rows.
    func key(of row: [SQLValue]) -> [SQLValue] { Array(row.prefix(key.count)) }

    fileprivate var sql: SQL { SQL(stringLiteral: name) }
    fileprivate var columnList: SQL { .list(columns.map(\.sql)) }
    fileprivate var keyList: SQL { .list(key.map(\.sql)) }

    /// What becomes of a row whose key is there already.
    fileprivate var onConflict: SQL {
        guard isSeeded else { return "" }
        let replaced = columns.dropFirst(key.count).map { column -> SQL in "\(column.sql) = excluded.\(column.sql)" }
        return " ON CONFLICT (\(keyList)) DO UPDATE SET \(SQL.list(replaced))"
    }
}

extension Statement where Answer == [[SQLValue]] {
    /// The next rows after a key, in the order of the keys as this store has it: each engine has its own for texts.
    static func page(of table: MovedTable, after key: [SQLValue]?, limit: Int) -> Self {
        let types = table.columns.map(\.type)
        var start: SQL = ""
        if let key { start = " WHERE (\(table.keyList)) > (\(SQL.list(key.map { "\($0)" })))" }
        return Self(
            "SELECT \(table.columnList) FROM \(table.sql)\(start) ORDER BY \(table.keyList) LIMIT \(limit)"
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try row.values(types) }
        }
    }
}

extension Statement where Answer == Void {
    /// - Parameter rows: At least one, each with a value for every column.
    static func insert(_ rows: ArraySlice<[SQLValue]>, into table: MovedTable) -> Self {
        let tuples = rows.map { row -> SQL in "(\(SQL.list(row.map { "\($0)" })))" }
        return Self(
            "INSERT INTO \(table.sql) (\(table.columnList)) VALUES \(SQL.list(tuples))\(table.onConflict)")
    }
}

extension Statement where Answer == Bool {
    /// Whether there is a row at all.
    static func hasRows(_ table: MovedTable) -> Self {
        Self("SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM \(table.sql))") { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Int {
    /// Removes the first rows; tells how many those were.
    static func removeFirst(_ limit: Int, of table: MovedTable) -> Self {
        Self(
            """
            DELETE FROM \(table.sql) WHERE (\(table.keyList)) IN
                (SELECT \(table.keyList) FROM \(table.sql) ORDER BY \(table.keyList) LIMIT \(limit))
            RETURNING 1 AS gone
            """
        ) { rows in rows.count }
    }
}
