import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct MigrationConformanceTests {
    private static let first = Migration(
        number: 1, name: "sample",
        resource: Array("CREATE TABLE sample (id BIGINT NOT NULL PRIMARY KEY, words TEXT, number BIGINT);\n".utf8))
    private static let second = Migration(
        number: 2, name: "octets",
        resource: Array(
            """
            -- bytes
            ALTER TABLE sample ADD COLUMN octets BYTEA;
            CREATE INDEX by_number ON sample (number);
            """.utf8))
    private static let breaking = Migration(
        number: 3, name: "breaking",
        resource: Array(
            """
            CREATE TABLE half (id BIGINT NOT NULL PRIMARY KEY);
            INSERT INTO sample (id) VALUES (7);
            INSERT INTO half (id) VALUES (1);
            INSERT INTO half (id) VALUES (1);
            """.utf8))

    @Test(arguments: Engine.available)
    func `the steps are taken once and in order`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let migrator = Migrator([Self.first, Self.second])
            let before = try await migrator.pending(on: database)
            #expect(before.map(\.number) == [1, 2])
            var told: [Int] = []
            let taken = try await migrator.migrate(database, at: 1000) { told.append($0.number) }
            #expect(taken.map(\.number) == [1, 2])
            #expect(told == [1, 2])
            let again = try await migrator.migrate(database, at: 2000)
            #expect(again.isEmpty)
            let pending = try await migrator.pending(on: database)
            #expect(pending.isEmpty)
            try await migrator.check(database)
            let rows = try await database.once(
                Statement("SELECT number, name, applied_at FROM schema_migration ORDER BY number") { $0 })
            #expect(try rows.map { try $0.integer("applied_at") } == [1000, 1000])
            #expect(try rows.map { try $0.text("name") } == ["sample", "octets"])
            let octets: [UInt8] = [1]
            try await database.once(Statement("INSERT INTO sample (id, octets) VALUES (1, \(octets))"))
        }
    }

    @Test(arguments: Engine.available)
    func `a store that lacks a table of the schema is refused, and the list has them all`(_ engine: Engine) async throws
    {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: 0)
            let found = try await database.read { tx throws(StorageError) in try tx.tableNames() }
            #expect(found == Schema.tables.union(["schema_migration"]))
            try await database.once(Statement("DROP TABLE outbox"))
            await #expect(throws: StorageError.corrupt(reason: "the table outbox is missing")) {
                try await Schema.migrator.check(database)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `asking what is pending changes nothing`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let pending = try await Migrator([Self.first]).pending(on: database)
            #expect(pending.count == 1)
            let tables = try await database.read { transaction throws(StorageError) in
                [try transaction.hasTable("schema_migration"), try transaction.hasTable("sample")]
            }
            #expect(tables == [false, false])
        }
    }

    @Test(arguments: Engine.available)
    func `a store behind the program takes only what it lacks`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Migrator([Self.first]).migrate(database, at: 1)
            try await database.once(.insert(5, "kept"))
            let newer = Migrator([Self.first, Self.second])
            await #expect(throws: StorageError.schemaTooOld(found: 1, known: 2)) { try await newer.check(database) }
            let taken = try await newer.migrate(database, at: 2)
            #expect(taken.map(\.number) == [2])
            let ids = try await database.once(.sampleIDs)
            #expect(ids == [5])
        }
    }

    @Test(arguments: Engine.available)
    func `a changed step is refused`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Migrator([Self.first, Self.second]).migrate(database, at: 1)
            let changed = Migration(number: 1, name: "sample", resource: Array("CREATE TABLE other (id BIGINT)".utf8))
            let migrator = Migrator([changed, Self.second])
            await #expect(throws: StorageError.migrationChanged(number: 1)) { try await migrator.check(database) }
            await #expect(throws: StorageError.migrationChanged(number: 1)) {
                _ = try await migrator.migrate(database, at: 2)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a store that a newer program has migrated is refused`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Migrator([Self.first, Self.second]).migrate(database, at: 1)
            let older = Migrator([Self.first])
            let refusal = StorageError.schemaTooNew(found: 2, known: 1)
            await #expect(throws: refusal) { try await older.check(database) }
            await #expect(throws: refusal) { _ = try await older.pending(on: database) }
            await #expect(throws: refusal) { _ = try await older.migrate(database, at: 2) }
        }
    }

    @Test(arguments: Engine.available)
    func `a step that fails leaves no trace, and those before it stay`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let migrator = Migrator([Self.first, Self.second, Self.breaking])
            do throws(StorageError) {
                try await migrator.migrate(database, at: 1)
                Issue.record("the migration went through")
            } catch {
                guard case .migrationFailed(3, "breaking", let reason) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(!reason.isEmpty)
            }
            let half = try await database.read { transaction throws(StorageError) in try transaction.hasTable("half") }
            #expect(!half)
            let count = try await database.once(.sampleCount)
            #expect(count == 0)
            let pending = try await migrator.pending(on: database)
            #expect(pending.map(\.number) == [3])
        }
    }

    @Test(arguments: Engine.available)
    func `of two programs that migrate at once each step is taken by one`(_ engine: Engine) async throws {
        for _ in 0..<5 {
            try await engine.withStore { store in
                let migrator = Migrator([Self.first, Self.second])
                let taken = try await withThrowingTaskGroup(of: [Int].self) { group in
                    for program in Int64(0)..<4 {
                        group.addTask {
                            let database = try await store.open()
                            let taken = try await migrator.migrate(database, at: program)
                            try await migrator.check(database)
                            await database.close()
                            return taken.map(\.number)
                        }
                    }
                    return try await group.reduce([], +)
                }
                #expect(taken.sorted() == [1, 2])
            }
        }
    }

    @Test func `a step that does not get its locks lets the nodes work before it asks again`() async throws {
        try await Engine.sqlite.withDatabase { database in
            let busy = BusyDatabase(database, refusing: 2)
            let taken = try await Migrator([Self.first]).migrate(busy, at: 1)
            #expect(taken.count == 1)
            let tries = busy.tries
            #expect(tries.count == 3)
            for (one, next) in zip(tries, tries.dropFirst()) { #expect(next - one >= .seconds(1)) }
        }
    }
}

/// A store at which somebody else holds what the first writes need.
private final class BusyDatabase: ForwardingDatabase {
    let inner: any Database
    private let refusals: Int
    private let begun = Mutex<[ContinuousClock.Instant]>([])

    init(_ inner: any Database, refusing refusals: Int) {
        self.inner = inner
        self.refusals = refusals
    }

    /// When a write was tried.
    var tries: [ContinuousClock.Instant] { begun.withLock { $0 } }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let count = begun.withLock { begun in
            begun.append(.now)
            return begun.count
        }
        guard count > refusals else { throw .locked(reason: "a node has it") }
        return try await inner.write(body)
    }
}
