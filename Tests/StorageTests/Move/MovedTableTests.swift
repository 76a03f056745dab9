import TestSupport
import Testing

@testable import Storage

/// The description that a move goes by, beside what the migrations have made.
@Suite struct MovedTableTests {
    private struct Column: Hashable {
        let name: String
        let type: String
    }

    private struct Found {
        let columns: [Column]
        let key: [String]
        let references: Set<String>
    }

    @Test(arguments: Engine.available)
    func `every table of the schema is moved, or belongs to the database`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: 1)
            let tables = try await database.read { tx throws(StorageError) in try tx.tableNames() }
            #expect(tables == MovedTable.localTables.union(MovedTable.all.map(\.title)))
            #expect(MovedTable.localTables.isDisjoint(with: MovedTable.all.map(\.title)))
        }
    }

    @Test(arguments: Engine.available)
    func `every column is moved, with its type, in tables that come after those they refer to`(
        _ engine: Engine
    ) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: 1)
            var before: Set<String> = []
            for table in MovedTable.all {
                let found = try await Self.look(at: table.title, in: database, engine)
                let described = table.columns.map { Column(name: $0.name.description, type: Self.word($0.type)) }
                #expect(Set(described) == Set(found.columns), "\(table.title)")
                #expect(described.count == found.columns.count, "\(table.title)")
                #expect(table.key.map(\.name.description) == found.key, "\(table.title)")
                #expect(found.references.isSubset(of: before), "\(table.title) comes too early")
                before.insert(table.title)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `the tables with rows of migrations, and no others, are said to have them`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: 1)
            for table in MovedTable.all {
                let hasRows = try await database.once(.hasRows(table))
                #expect(hasRows == table.isSeeded, "\(table.title)")
            }
        }
    }

    private static func word(_ type: SQLType) -> String {
        switch type {
        case .text: "text"
        case .integer: "bigint"
        case .bytes: "bytea"
        }
    }

    private static func look(
        at table: String, in database: any Database, _ engine: Engine
    ) async throws -> Found {
        let (columns, key, references): (SQL, SQL, SQL) =
            switch engine {
            case .sqlite:
                (
                    "SELECT name, lower(type) AS type FROM pragma_table_info(\(table))",
                    "SELECT name FROM pragma_table_info(\(table)) WHERE pk > 0 ORDER BY pk",
                    #"SELECT "table" AS name FROM pragma_foreign_key_list(\#(table))"#
                )
            case .postgres:
                (
                    """
                    SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS type
                    FROM information_schema.columns
                    WHERE table_schema = current_schema() AND table_name = \(table)
                    """,
                    """
                    SELECT attname AS name FROM pg_index
                    JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
                    WHERE indisprimary AND indrelid = CAST(\(table) AS regclass)
                    ORDER BY array_position(CAST(indkey AS smallint[]), attnum)
                    """,
                    """
                    SELECT CAST(CAST(confrelid AS regclass) AS TEXT) AS name FROM pg_constraint
                    WHERE contype = 'f' AND conrelid = CAST(\(table) AS regclass)
                    """
                )
            }
        return try await database.read { tx throws(StorageError) in
            Found(
                columns: try tx.run(
                    Statement(columns) { rows throws(StorageError) in
                        try rows.map { row throws(StorageError) in
                            Column(name: try row.text("name"), type: try row.text("type"))
                        }
                    }),
                key: try tx.run(names(key)), references: Set(try tx.run(names(references))))
        }
    }
}

private func names(_ sql: SQL) -> Statement<[String]> {
    Statement(sql) { rows throws(StorageError) in
        try rows.map { row throws(StorageError) in try row.text("name") }
    }
}
