/// Reads a table from its first row to its last, page by page, each store in its own order.
struct TableReader: Sendable {
    let database: any Database
    let table: MovedTable
    let pageRows: Int
    private(set) var lastKey: [SQLValue]?
    private(set) var isAtEnd = false

    /// - Parameter key: Where to go on; nil for the beginning.
    init(_ database: any Database, _ table: MovedTable, pageRows: Int, after key: [SQLValue]? = nil) {
        self.database = database
        self.table = table
        self.pageRows = pageRows
        lastKey = key
    }

    /// The next rows; none at the end.
    mutating func next() async throws(StorageError) -> [[SQLValue]] {
        guard !isAtEnd else { return [] }
        let rows = try await database.read { [table, lastKey, pageRows] tx throws(StorageError) in
            try tx.run(.page(of: table, after: lastKey, limit: pageRows))
        }
        isAtEnd = rows.count < pageRows
        if let last = rows.last { lastKey = table.key(of: last) }
        return rows
    }
}
