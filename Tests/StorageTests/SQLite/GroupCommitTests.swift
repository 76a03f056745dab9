import Storage
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(2))) struct GroupCommitTests {
    @Test func `writes that wait together share a commit`() async throws {
        try await withSQLite { database, _ in
            try await database.once(.makeSample)
            let before = database.statistics
            try await database.holdingTheWriter(until: 64) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in Int64(0)..<64 { group.addTask { try await database.once(.insert(id)) } }
                    try await group.waitForAll()
                }
            }
            let after = database.statistics
            #expect(after.committedWrites - before.committedWrites == 65)
            // The one that held the writer, and the others at most once more.
            #expect(after.commits - before.commits <= 2)
            let count = try await database.once(.sampleCount)
            #expect(count == 64)
        }
    }

    @Test func `sixty-four clients need far fewer commits than writes`() async throws {
        try await withSQLite { database, _ in
            try await database.once(.makeSample)
            let before = database.statistics
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in Int64(0)..<64 {
                    group.addTask {
                        for number in Int64(0)..<20 { try await database.once(.insert(client * 20 + number)) }
                    }
                }
                try await group.waitForAll()
            }
            let after = database.statistics
            #expect(after.committedWrites - before.committedWrites == 1280)
            #expect(after.commits - before.commits <= 1280 / 5)
        }
    }

    @Test func `a commit serves at most 256 writes`() async throws {
        try await withSQLite { database, _ in
            try await database.once(.makeSample)
            let before = database.statistics.commits
            try await database.holdingTheWriter(until: 1000) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in Int64(0)..<1000 { group.addTask { try await database.once(.insert(id)) } }
                    try await group.waitForAll()
                }
            }
            #expect(database.statistics.commits - before >= 4)
        }
    }

    @Test func `a lone write waits for nobody`() async throws {
        try await withSQLite { database, _ in
            try await database.once(.makeSample)
            let before = database.statistics.commits
            for id in Int64(0)..<10 { try await database.once(.insert(id)) }
            #expect(database.statistics.commits - before == 10)
        }
    }

    @Test func `a write that finds the database full takes its batch with it, and the next one goes on`() async throws {
        try await withSQLite { database, _ in
            try await database.once(.makeSample)
            try await database.once(Statement("PRAGMA max_page_count = 20"))
            // Only a batch that runs out of its 5 ms in between lets the two be apart.
            for id in Int64(1)...50 {
                let answers = try await fillUp(database, beside: id)
                guard case .unavailable(let reason) = answers.large else {
                    Issue.record("\(String(describing: answers.large))")
                    return
                }
                #expect(reason.contains("full"))
                let ids = try await database.once(.sampleIDs)
                #expect(ids.contains(id) == (answers.small == nil))
                if answers.small != nil {
                    #expect(answers.small == answers.large)
                    try await database.once(.insert(id, "after"))
                    let count = database.statistics.failedBatches
                    #expect(count == id)
                    return
                }
            }
            Issue.record("the write before the one that did not fit was never in its batch")
        }
    }

    /// Queues a small write and behind it one that does not fit.
    private func fillUp(
        _ database: SQLiteDatabase, beside id: Int64
    ) async throws -> (small: StorageError?, large: StorageError?) {
        let step = Rendezvous()
        async let holder: Void = database.write { _ in
            step.arrive()
            step.waitForRelease()
        }
        await step.arrival()
        async let small = failure { () async throws(StorageError) in try await database.once(.insert(id)) }
        while database.statistics.waiting < 1 { await Task.yield() }
        async let large = failure { () async throws(StorageError) in
            try await database.once(.insert(id + 1000, String(repeating: "x", count: 500_000)))
        }
        while database.statistics.waiting < 2 { await Task.yield() }
        step.release()
        _ = try? await holder
        return await (small, large)
    }

    @Test func `a commit that fails is an unknown outcome for all, and nothing of it stays`() async throws {
        try await withSQLite { database, _ in
            try await database.once(Statement("CREATE TABLE owner (id BIGINT NOT NULL PRIMARY KEY)"))
            try await database.once(Statement("CREATE TABLE thing (owner_id BIGINT REFERENCES owner (id))"))
            let answer = await failure { () async throws(StorageError) in
                try await database.write { transaction throws(StorageError) in
                    // The only way to make COMMIT itself fail without a broken disk.
                    try transaction.run(Statement("PRAGMA defer_foreign_keys = ON"))
                    try transaction.run(Statement("INSERT INTO thing (owner_id) VALUES (7)"))
                }
            }
            guard case .unknownOutcome = answer else {
                Issue.record("\(String(describing: answer))")
                return
            }
            let things = try await database.once(Statement("SELECT owner_id FROM thing") { $0.count })
            #expect(things == 0)
        }
    }

    @Test func `a statement that ends the shared transaction is found out`() async throws {
        try await withSQLite { database, _ in
            try await database.once(.makeSample)
            for sql: SQL in ["COMMIT", "ROLLBACK"] {
                let answer = await failure { () async throws(StorageError) in
                    try await database.write { transaction throws(StorageError) in try transaction.run(Statement(sql)) }
                }
                guard case .unknownOutcome = answer else {
                    Issue.record("\(String(describing: answer))")
                    return
                }
            }
            try await database.once(.insert(1))
            let ids = try await database.once(.sampleIDs)
            #expect(ids == [1])
        }
    }
}
