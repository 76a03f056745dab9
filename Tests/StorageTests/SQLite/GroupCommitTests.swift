import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct GroupCommitTests {
    @Test func `writes that wait together share a commit`() async throws {
        try await withSQLite {
            $0.batchTime = .seconds(100)
        } _: { database, _ in
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
            #expect(after.commits - before.commits == 1)
            let count = try await database.once(.sampleCount)
            #expect(count == 64)
        }
    }

    @Test func `a batch ends at its limit of writes`() async throws {
        #expect(SQLiteOptions().batchEntries == 256)
        try await withSQLite {
            $0.batchEntries = 10; $0.batchTime = .seconds(100)
        } _: { database, _ in
            let commits = try await commitsForFifty(database)
            // The write that held the writer and nine others, four times ten, and one.
            #expect(commits == 6)
        }
    }

    @Test func `a batch ends when its time is over`() async throws {
        #expect(SQLiteOptions().batchTime == .milliseconds(5))
        try await withSQLite {
            $0.batchTime = .zero
        } _: { database, _ in
            let commits = try await commitsForFifty(database)
            #expect(commits == 51)
        }
    }

    /// Lets fifty writes wait behind one, and counts the commits of the fifty-one.
    private func commitsForFifty(_ database: SQLiteDatabase) async throws -> Int {
        try await database.once(.makeSample)
        let before = database.statistics.commits
        try await database.holdingTheWriter(until: 50) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in Int64(0)..<50 { group.addTask { try await database.once(.insert(id)) } }
                try await group.waitForAll()
            }
        }
        return database.statistics.commits - before
    }

    @Test func `closing works off all batches that wait`() async throws {
        try await withSQLite {
            $0.batchEntries = 1
        } _: { database, path in
            try await database.once(.makeSample)
            async let writes: Void = database.holdingTheWriter(until: 50) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in Int64(0)..<50 { group.addTask { try await database.once(.insert(id)) } }
                    try await group.waitForAll()
                }
            }
            while database.statistics.waiting < 50, database.statistics.commits < 50 {
                try await Task.sleep(for: .milliseconds(1))
            }
            await database.close()
            try await writes
            let reopened = try await SQLiteDatabase(path: path)
            let count = try await reopened.once(.sampleCount)
            #expect(count == 50)
            await reopened.close()
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
        try await withSQLite {
            $0.batchTime = .seconds(100)
        } _: { database, _ in
            try await database.once(.makeSample)
            try await database.once(Statement("PRAGMA max_page_count = 20"))
            let answers = try await fillUp(database)
            guard case .unavailable(let reason) = answers.large else {
                Issue.record("\(String(describing: answers.large))")
                return
            }
            #expect(reason.contains("full"))
            #expect(answers.small == answers.large)
            #expect(database.statistics.failedBatches == 1)
            let count = try await database.once(.sampleCount)
            #expect(count == 0)
            try await database.once(.insert(3, "after"))
            let ids = try await database.once(.sampleIDs)
            #expect(ids == [3])
        }
    }

    /// Queues a small write and behind it one that does not fit.
    private func fillUp(_ database: SQLiteDatabase) async throws -> (small: StorageError?, large: StorageError?) {
        let step = Rendezvous()
        async let holder: Void = database.write { _ in
            step.arrive()
            step.waitForRelease()
        }
        await step.arrival()
        async let small = failure { () async throws(StorageError) in try await database.once(.insert(1)) }
        while database.statistics.waiting < 1 { try await Task.sleep(for: .milliseconds(1)) }
        async let large = failure { () async throws(StorageError) in
            try await database.once(.insert(2, String(repeating: "x", count: 500_000)))
        }
        while database.statistics.waiting < 2 { try await Task.sleep(for: .milliseconds(1)) }
        step.release()
        _ = try? await holder
        return await (small, large)
    }

    @Test func `a commit that fails is an unknown outcome for all, and nothing of it stays`() async throws {
        try await withSQLite { database, path in
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
            // No lock stays behind, which would hold up other programs while this one has nothing to do.
            var options = SQLiteOptions()
            options.busyTimeout = .milliseconds(100)
            let other = try await SQLiteDatabase(path: path, options: options)
            try await other.once(Statement("INSERT INTO owner (id) VALUES (1)"))
            await other.close()
            let things = try await database.once(Statement("SELECT owner_id FROM thing") { $0.count })
            #expect(things == 0)
        }
    }

    @Test func `a statement that ends the shared transaction is found out`() async throws {
        try await withSQLite { database, _ in
            try await database.once(.makeSample)
            for (id, sql) in [(1, "COMMIT"), (2, "ROLLBACK")] as [(Int64, SQL)] {
                let answers = try await database.holdingTheWriter(until: 2) {
                    async let ending = failure { () async throws(StorageError) in
                        try await database.once(Statement(sql))
                    }
                    while database.statistics.waiting < 1 { try await Task.sleep(for: .milliseconds(1)) }
                    async let behind = failure { () async throws(StorageError) in
                        try await database.once(.insert(id))
                    }
                    return await [ending, behind]
                }
                guard case .unknownOutcome = answers[0] else {
                    Issue.record("\(String(describing: answers[0]))")
                    return
                }
                // It goes into a new transaction.
                #expect(answers[1] == nil)
            }
            let ids = try await database.once(.sampleIDs)
            #expect(ids == [1, 2])
        }
    }
}
