package import Secrets

/// A column in which sealed boxes lie, so that a change of the master secret reaches all of them.
///
/// Each box is bound to the key of its row, as UTF-8, and to its purpose. A test compares the columns with the schema:
/// one whose name begins with `sealed_` cannot be forgotten.
package struct SealedColumn: Sendable {
    package let purpose: SealedBox.Purpose
    let table: StaticString
    /// The primary key, a text.
    let key: StaticString
    /// Empty or null where nothing is sealed.
    let column: StaticString

    package static let all = SealedBox.Purpose.allCases.flatMap(columns)

    package var name: String { "\(table).\(column)" }

    /// What sentences call a box in it.
    package func name(of key: String) -> String { "\(name) of \(key)" }

    private static func columns(_ purpose: SealedBox.Purpose) -> [SealedColumn] {
        switch purpose {
        case .signingKey:
            [SealedColumn(purpose: purpose, table: "signing_key", key: "id", column: "sealed_private")]
        case .webhookSecret:
            ["sealed_secret", "sealed_old_secret"].map { column in
                SealedColumn(purpose: purpose, table: "webhook", key: "id", column: column)
            }
        }
    }

    fileprivate var tableName: SQL { SQL(stringLiteral: table) }
    fileprivate var keyName: SQL { SQL(stringLiteral: key) }
    fileprivate var columnName: SQL { SQL(stringLiteral: column) }
}

/// A sealed box as it lies in its column.
package struct SealedRow: Hashable, Sendable {
    package let key: String
    package let box: [UInt8]

    package init(key: String, box: [UInt8]) {
        self.key = key
        self.box = box
    }

    /// What the box is bound to.
    package var associatedData: [UInt8] { Array(key.utf8) }
}

extension Statement where Answer == [SealedRow] {
    /// The next boxes after a key, in the order of the keys as this store has it, at most 100.
    package static func boxes(in column: SealedColumn, after key: String) -> Self {
        Self(
            """
            SELECT \(column.keyName) AS row_key, \(column.columnName) AS box FROM \(column.tableName)
            WHERE \(column.keyName) > \(key)
              AND \(column.columnName) IS NOT NULL AND \(column.columnName) <> \([UInt8]())
            ORDER BY \(column.keyName) LIMIT 100
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in
                SealedRow(key: try row.text("row_key"), box: try row.bytes("box"))
            }
        }
    }
}

extension Statement where Answer == Bool {
    /// Puts another box in the place of one that is still there: false when somebody has written meanwhile.
    package static func replace(_ row: SealedRow, in column: SealedColumn, by box: SealedBox) -> Self {
        Self(
            """
            UPDATE \(column.tableName) SET \(column.columnName) = \(box.bytes)
            WHERE \(column.keyName) = \(row.key) AND \(column.columnName) = \(row.box)
            RETURNING \(column.keyName)
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == [UInt8: Int] {
    /// How many boxes of a column need each master secret: the number is a box's second byte.
    package static func boxCounts(in column: SealedColumn) -> Self {
        Self(
            """
            SELECT SUBSTR(\(column.columnName), 2, 1) AS secret, COUNT(*) AS boxes FROM \(column.tableName)
            WHERE \(column.columnName) IS NOT NULL AND \(column.columnName) <> \([UInt8]())
            GROUP BY SUBSTR(\(column.columnName), 2, 1)
            """
        ) { rows throws(StorageError) in
            var counts: [UInt8: Int] = [:]
            for row in rows {
                guard let number = try row.bytes("secret").first else {
                    throw .corrupt(reason: "column \(column.column) holds no sealed box")
                }
                counts[number] = Int(try row.integer("boxes"))
            }
            return counts
        }
    }
}
