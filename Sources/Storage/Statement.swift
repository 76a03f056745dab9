/// One SQL statement and how its rows are read.
///
/// Tables offer their statements as static functions (`Statement.rotate(…)`). What a writing statement did is told by
/// its `RETURNING` rows; there is no count of changed rows, which the engines count differently.
package struct Statement<Answer: Sendable>: Sendable {
    package let sql: SQL
    private let read: @Sendable ([Row]) throws(StorageError) -> Answer

    /// - Parameters:
    ///   - sql: One statement.
    ///   - read: Makes the answer from all rows; what it throws fails the transaction around it. The effect of a
    ///     statement that ran by `once` stays.
    package init(_ sql: SQL, _ read: @escaping @Sendable ([Row]) throws(StorageError) -> Answer) {
        self.sql = sql
        self.read = read
    }

    package func answer(_ rows: [Row]) throws(StorageError) -> Answer {
        try read(rows)
    }
}

extension Statement where Answer == Void {
    /// A statement whose rows, if any, nobody wants.
    package init(_ sql: SQL) {
        self.init(sql) { _ in }
    }
}
