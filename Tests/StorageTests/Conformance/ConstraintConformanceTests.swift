import Storage
import TestSupport
import Testing

/// Each rule of a schema, and the error that its breach becomes.
@Suite struct ConstraintConformanceTests {
    private static let breaches: [(kind: ConstraintKind, statement: Statement<Void>)] = [
        (.unique, Statement("INSERT INTO owner (id, name) VALUES (\(Int64(1)), \("other"))")),
        (.unique, Statement("INSERT INTO owner (id, name) VALUES (\(Int64(2)), \("first"))")),
        (.unique, Statement("INSERT INTO thing (id, owner_id, size, place) VALUES (\(2), \(1), \(1), \("shelf"))")),
        (.notNull, Statement("INSERT INTO owner (id, name) VALUES (\(Int64(2)), \(String?.none))")),
        (.notNull, Statement("UPDATE owner SET name = \(String?.none)")),
        (.check, Statement("INSERT INTO thing (id, owner_id, size) VALUES (\(2), \(1), \(-5))")),
        (.check, Statement("UPDATE thing SET size = size - \(2)")),
        (.foreignKey, Statement("INSERT INTO thing (id, owner_id, size) VALUES (\(2), \(7), \(1))")),
        (.foreignKey, Statement("DELETE FROM owner WHERE id = \(Int64(1))")),
    ]

    @Test(arguments: Engine.available)
    func `a breach of each rule is told by its kind, alone and in a transaction`(_ engine: Engine) async throws {
        try await withRules(engine) { database in
            for (kind, statement) in Self.breaches {
                await expect(kind, statement) { () async throws(StorageError) in try await database.once(statement) }
                await expect(kind, statement) { () async throws(StorageError) in
                    try await database.write { transaction throws(StorageError) in try transaction.run(statement) }
                }
            }
            let rows = try await database.once(
                Statement("SELECT owner.name, thing.size FROM owner JOIN thing ON owner_id = owner.id") { $0 })
            #expect(rows.count == 1)
            #expect(try rows[0].text("name") == "first")
            #expect(try rows[0].integer("size") == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a constraint error names a rule or its columns and no value`(_ engine: Engine) async throws {
        try await withRules(engine) { database in
            do throws(StorageError) {
                try await database.once(Statement("INSERT INTO owner (id, name) VALUES (\(Int64(2)), \("first"))"))
                Issue.record("the breach was accepted")
            } catch {
                #expect(error.description.contains("name"))
                #expect(!error.description.contains("first"))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a conflict that the statement expects is no error`(_ engine: Engine) async throws {
        try await withRules(engine) { database in
            let inserted = try await database.once(
                Statement(
                    """
                    INSERT INTO owner (id, name) VALUES (\(Int64(9)), \("first")) ON CONFLICT (name) DO NOTHING
                    RETURNING id
                    """
                ) { !$0.isEmpty })
            #expect(!inserted)
        }
    }

    private func expect(
        _ kind: ConstraintKind, _ statement: Statement<Void>,
        _ breach: () async throws(StorageError) -> Void
    ) async {
        do throws(StorageError) {
            try await breach()
            Issue.record("accepted: \(statement.sql)")
        } catch {
            guard case .constraint(kind, let detail) = error else {
                Issue.record("\(error) for \(statement.sql)")
                return
            }
            #expect(!detail.isEmpty)
        }
    }

    private func withRules(_ engine: Engine, _ body: (any Database) async throws -> Void) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction throws(StorageError) in
                try transaction.run(
                    Statement("CREATE TABLE owner (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE)"))
                try transaction.run(
                    Statement(
                        """
                        CREATE TABLE thing (
                            id BIGINT NOT NULL PRIMARY KEY,
                            owner_id BIGINT NOT NULL REFERENCES owner (id),
                            size BIGINT NOT NULL CHECK (size >= 0),
                            place TEXT
                        )
                        """))
                try transaction.run(Statement("CREATE UNIQUE INDEX thing_place ON thing (place)"))
                try transaction.run(Statement("INSERT INTO owner (id, name) VALUES (\(Int64(1)), \("first"))"))
                try transaction.run(
                    Statement("INSERT INTO thing (id, owner_id, size, place) VALUES (\(1), \(1), \(1), \("shelf"))"))
            }
            try await body(database)
        }
    }
}
