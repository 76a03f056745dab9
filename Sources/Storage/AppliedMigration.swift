/// A row of `schema_migration`: a step that this store has taken.
struct AppliedMigration: Sendable {
    let number: Int
    let checksum: [UInt8]

    init(_ row: Row) throws(StorageError) {
        guard let number = Int(exactly: try row.integer("number")) else {
            throw .corrupt(reason: "schema_migration has an impossible number")
        }
        self.number = number
        checksum = try row.bytes("checksum")
    }
}

extension Statement where Answer == [AppliedMigration] {
    static var appliedMigrations: Self {
        Self("SELECT number, checksum FROM schema_migration ORDER BY number") { rows throws(StorageError) in
            var applied: [AppliedMigration] = []
            for row in rows { applied.append(try AppliedMigration(row)) }
            return applied
        }
    }
}

extension Statement where Answer == Void {
    static var createMigrationTable: Self {
        Self(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number BIGINT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                checksum BYTEA NOT NULL,
                applied_at BIGINT NOT NULL
            )
            """)
    }

    /// Notes that a step was taken; `now` in milliseconds since 1970.
    static func record(_ migration: Migration, at now: Int64) -> Self {
        Self(
            """
            INSERT INTO schema_migration (number, name, checksum, applied_at)
            VALUES (\(migration.number), \(migration.name), \([UInt8](migration.script.checksum)), \(now))
            """)
    }
}
