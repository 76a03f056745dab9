import TestSupport
import Testing

@testable import Storage

/// What only PostgreSQL has: deadlines, lost connections, a clock of its own. Skipped where there is no server.
@Suite(.timeLimit(.minutes(15)), .enabled(if: Engine.available.contains(.postgres)))
struct PostgresDatabaseTests {
    @Test func `a statement that takes too long is given up by the server, and the next one works`() async throws {
        try await with { _ in
        } _: { database, _ async throws in
            let error = await #expect(throws: StorageError.self) {
                try await database.write { tx throws(StorageError) in
                    try tx.run(.soonTimeOut)
                    try tx.run(.sleep(3600))
                }
            }
            // Its refusal is certain, our hanging up is not.
            guard case .unavailable = error else { Issue.record("\(String(describing: error))"); return }
            #expect(try await database.once(.one) == 1)
        }
    }

    @Test func `the server's limit of a statement is a little below ours, alone and in a transaction`() async throws {
        try await with { options in
            options.statement = .seconds(500)
        } _: { database, _ async throws in
            #expect(try await database.once(.timeOut) == 450_000)
            let left = try await database.write { tx throws(StorageError) in try tx.run(.timeOut) }
            #expect((1...450_000).contains(left))
        }
    }

    @Test func `a write past its deadline before COMMIT has written nothing`() async throws {
        try await with { _ in
        } _: { database, _ async throws in
            try await database.once(.makeSample)
            let error = await #expect(throws: StorageError.self) {
                try await database.write { tx throws(StorageError) in
                    try tx.run(.insert(1))
                    try tx.run(.soonTimeOut)
                    try tx.run(.sleep(3600))
                }
            }
            guard case .unavailable = error else { Issue.record("\(String(describing: error))"); return }
            #expect(try await database.once(.sampleCount) == 0)
        }
    }

    @Test func `connections that were cut are made again, and idle ones are noticed before they are used`() async throws
    {
        try await with { _ in
        } _: { database, postgres async throws in
            for _ in 0..<3 {
                #expect(try await database.once(.one) == 1)
                try await postgres.psql(
                    """
                    SELECT pg_terminate_backend(pid, 600000) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """)
                // Not one of them fails: nothing had been sent.
                #expect(try await database.once(.one) == 1)
            }
        }
    }

    @Test func `work that waits too long for a connection is told so`() async throws {
        try await with { options in
            options.connections = 1
            options.wait = .milliseconds(300)
        } _: { database, _ async throws in
            let step = Rendezvous()
            // It may have to wait too long itself, until the connection is there.
            async let held: Void = eventually {
                let outcome: Void? = try? await database.read { _ in
                    step.arrive()
                    step.waitForRelease()
                }
                return outcome != nil
            }
            await step.arrival()
            let error = await #expect(throws: StorageError.self) { _ = try await database.once(.one) }
            step.release()
            try await held
            guard case .unavailable = error else { Issue.record("\(String(describing: error))"); return }
        }
    }

    @Test func `a deadlock is tried again`() async throws {
        try await with { _ in
        } _: { database, _ async throws in
            try await database.once(.makeSample)
            for id in Int64(1)...2 { try await database.once(.insert(id)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for order in [[Int64(1), 2], [2, 1]] {
                    group.addTask {
                        try await database.write { tx throws(StorageError) in
                            for id in order {
                                try tx.run(Statement("UPDATE sample SET number = number + 1 WHERE id = \(id)"))
                                try tx.run(.sleep(0.2))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.once(.number(1)) == 2)
            #expect(try await database.once(.number(2)) == 2)
        }
    }

    @Test func `what did not get its lock in time is told so, and not done later`() async throws {
        try await with { options in
            options.lockPermille = 1
        } _: { database, postgres async throws in
            try await database.once(.makeSample)
            try await database.once(.insert(1))
            let holder = try await PostgresDatabase(PostgresURL(postgres.url), options: .patient)
            let step = Rendezvous()
            async let held: Void = holder.write { tx throws(StorageError) in
                try tx.run(Statement("UPDATE sample SET number = 0 WHERE id = 1"))
                step.arrive()
                step.waitForRelease()
            }
            await step.arrival()
            let error = await #expect(throws: StorageError.self) {
                _ = try await database.once(.swap(1, from: 0, to: 8))
            }
            step.release()
            try await held
            guard case .locked = error else { Issue.record("\(String(describing: error))"); return }
            // Whoever still waited for the row would have it before this one.
            #expect(try await holder.once(.swap(1, from: 0, to: 1)) == 1)
            await holder.close()
        }
    }

    @Test func `any role may take a lock of a number, and keeps no operator out by it`() async throws {
        try await with { _ in
        } _: { database, postgres async throws in
            try await Schema.migrator.migrate(database, at: 0)
            let stranger = try await PostgresDatabase(PostgresURL(postgres.url), options: .patient)
            let step = Rendezvous()
            async let held: Void = stranger.read { tx throws(StorageError) in
                for number in Int64(1)...4 {
                    try tx.run(Statement("SELECT pg_advisory_xact_lock(\(0x74796B76_00000000 + number))"))
                }
                step.arrive()
                step.waitForRelease()
            }
            await step.arrival()
            try await database.administer { _ throws(StorageError) in }
            step.release()
            try await held
            await stranger.close()
        }
    }

    @Test func `an operator whose turn does not come is told who has it`() async throws {
        try await with { options in
            options.lockPermille = 1
        } _: { database, postgres async throws in
            try await Schema.migrator.migrate(database, at: 0)
            let other = try await PostgresDatabase(PostgresURL(postgres.url), options: .patient)
            let step = Rendezvous()
            async let held: Void = other.administer { _ throws(StorageError) in
                step.arrive()
                step.waitForRelease()
            }
            await step.arrival()
            let error = await #expect(throws: StorageError.self) {
                try await database.administer { _ throws(StorageError) in }
            }
            #expect(error == .locked(reason: "another operator's change is under way"))
            step.release()
            try await held
            await other.close()
        }
    }

    @Test func `its clock is the server's, and a server that never failed over adds nothing to the epoch`() async throws
    {
        try await with { _ in
        } _: { database, _ async throws in
            #expect(try await database.clock() ?? 0 > 1_700_000_000_000)
            #expect(try await database.read { tx throws(StorageError) in try tx.timeline } == 0)
        }
    }

    @Test func `a database of another program is refused`() async throws {
        try await with { _ in
        } _: { database, postgres async throws in
            try await postgres.psql("CREATE TABLE blog (id INT)")
            await #expect(throws: StorageError.foreignTables) { try await Schema.migrator.migrate(database, at: 0) }
        }
    }

    @Test func `a role whose commits are not durable is refused`() async throws {
        let postgres = try await TestPostgres()
        let url = try PostgresURL(postgres.url + "&options=-c%20synchronous_commit%3Doff")
        let error = await #expect(throws: StorageError.self) { _ = try await PostgresDatabase(url, options: .patient) }
        #expect(error?.description.contains("synchronous_commit") == true)
        await postgres.drop()
    }

    @Test(arguments: [
        ("&prepared=off", true), ("&prepared=off&options=-c%20statement_timeout%3D4500", false), ("", false),
    ])
    func `statements that have no end behind a pooler are told`(_ query: String, _ isTold: Bool) async throws {
        let postgres = try await TestPostgres()
        let database = try await PostgresDatabase(PostgresURL(postgres.url + query), options: .patient)
        let remarks = try await database.remarks()
        #expect(remarks.contains { $0.contains("statement_timeout") } == isTold)
        await database.close()
        await postgres.drop()
    }

    @Test func `without prepared statements everything works the same`() async throws {
        let postgres = try await TestPostgres()
        let database = try await PostgresDatabase(PostgresURL(postgres.url + "&prepared=off"), options: .patient)
        try await Schema.migrator.migrate(database, at: 0)
        try await database.once(.makeSample)
        try await database.once(.insert(1, "words", number: 7))
        #expect(try await database.once(.swap(1, from: 7, to: 8)) == 8)
        await database.close()
        await postgres.drop()
    }

    private func with(
        _ change: (inout PostgresOptions) -> Void,
        _ body: (PostgresDatabase, TestPostgres) async throws -> Void
    ) async throws {
        await TestPostgresSlots.shared.take()
        defer { TestPostgresSlots.shared.give() }
        let postgres = try await TestPostgres()
        var options = PostgresOptions.patient
        change(&options)
        let database = try await PostgresDatabase(PostgresURL(postgres.url), options: options)
        try await body(database, postgres)
        await database.close()
        await postgres.drop()
    }
}

extension Statement where Answer == Void {
    /// The server gives up what comes next in the transaction.
    fileprivate static var soonTimeOut: Self { Self("SET LOCAL statement_timeout = 300") }

    fileprivate static func sleep(_ seconds: Double) -> Self {
        Self("SELECT pg_sleep(CAST(\(Int64(seconds * 1000)) AS DOUBLE PRECISION) / 1000)")
    }
}

extension Statement where Answer == Int64 {
    /// The server's limit of a statement, in milliseconds.
    fileprivate static var timeOut: Self {
        Self("SELECT CAST(setting AS BIGINT) AS n FROM pg_settings WHERE name = 'statement_timeout'") {
            rows throws(StorageError) in
            try rows.first?.integer("n") ?? 0
        }
    }

    fileprivate static var one: Self {
        Self("SELECT 1 AS n") { rows throws(StorageError) in try rows.first?.integer("n") ?? 0 }
    }
}
