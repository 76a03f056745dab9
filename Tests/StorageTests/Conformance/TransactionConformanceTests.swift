import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct TransactionConformanceTests {
    @Test(arguments: Engine.available)
    func `a write sees its own changes, and its answer comes after the commit`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            let inside = try await database.write { transaction throws(StorageError) in
                try transaction.run(.insert(1))
                try transaction.run(.insert(2))
                return try transaction.run(.sampleIDs)
            }
            #expect(inside == [1, 2])
            let after = try await database.read { transaction throws(StorageError) in try transaction.run(.sampleIDs) }
            #expect(after == [1, 2])
        }
    }

    @Test(arguments: Engine.available)
    func `a closure that throws leaves nothing`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            await #expect(throws: StorageError.wanted) {
                try await database.write { transaction throws(StorageError) in
                    try transaction.run(.insert(1))
                    throw .wanted
                }
            }
            let count = try await database.once(.sampleCount)
            #expect(count == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `after an error nothing more runs, and nothing stays, even when the closure goes on`(
        _ engine: Engine
    ) async throws {
        try await withSample(engine) { database in
            try await database.once(.insert(1))
            do throws(StorageError) {
                try await database.write { transaction throws(StorageError) in
                    try transaction.run(.insert(2))
                    try? transaction.run(.insert(1))
                    try? transaction.run(.insert(3))
                }
                Issue.record("the write was committed")
            } catch {
                guard case .constraint(.unique, _) = error else {
                    Issue.record("\(error)")
                    return
                }
            }
            let ids = try await database.once(.sampleIDs)
            #expect(ids == [1])
        }
    }

    @Test(arguments: Engine.available)
    func `closures that fail do not touch their neighbours`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            try await database.once(.insert(0))
            let kept = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for id in Int64(1)...200 {
                    group.addTask { try await attempt(id, in: database) }
                }
                return try await group.compactMap(\.self).reduce(into: []) { $0.append($1) }
            }
            #expect(kept.sorted() == (1...200).filter { $0 % 5 > 2 })
            let ids = try await database.once(.sampleIDs)
            #expect(ids == [0] + kept.sorted())
        }
    }

    /// Of five: one is rolled back by its own error, one by a constraint, one as a single statement; two stay.
    private func attempt(_ id: Int64, in database: any Database) async throws -> Int64? {
        switch id % 5 {
        case 0:
            await #expect(throws: StorageError.wanted) {
                try await database.write { transaction throws(StorageError) in
                    try transaction.run(.insert(id))
                    throw .wanted
                }
            }
            return nil
        case 1:
            await #expect(throws: StorageError.self) {
                try await database.write { transaction throws(StorageError) in
                    try transaction.run(.insert(id))
                    try transaction.run(.insert(0))
                }
            }
            return nil
        case 2:
            await #expect(throws: StorageError.self) {
                try await database.once(
                    Statement("INSERT INTO sample (id) VALUES (\(id)), (\(Int64(0)))"))
            }
            return nil
        case 3:
            try await database.once(.insert(id))
            return id
        default:
            try await database.write { transaction throws(StorageError) in try transaction.run(.insert(id)) }
            return id
        }
    }

    @Test(arguments: Engine.available)
    func `a write in a cancelled task is carried out and answered`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                let alone: Int64? = try await database.once(.swap(1, from: 0, to: 1))
                try await database.write { transaction throws(StorageError) in try transaction.run(.insert(2)) }
                return alone
            }
            let answer = try await task.value
            #expect(answer == nil)
            let ids = try await database.once(.sampleIDs)
            #expect(ids == [2])
        }
    }

    @Test(arguments: Engine.available)
    func `a read sees one moment, whatever is written meanwhile`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            try await database.once(.insert(1))
            let step = Rendezvous()
            async let seen = database.read { transaction throws(StorageError) in
                let before = try transaction.run(.sampleIDs)
                step.arrive()
                step.waitForRelease()
                return (before, try transaction.run(.sampleIDs))
            }
            await step.arrival()
            try await database.once(.insert(2))
            step.release()
            let (before, after) = try await seen
            #expect(before == [1])
            #expect(after == [1])
            let now = try await database.read { transaction throws(StorageError) in try transaction.run(.sampleIDs) }
            #expect(now == [1, 2])
        }
    }

    @Test(arguments: Engine.available)
    func `a read does not write`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            do throws(StorageError) {
                try await database.read { transaction throws(StorageError) in try transaction.run(.insert(1)) }
                Issue.record("the read has written")
            } catch {
                guard case .invalidStatement = error else {
                    Issue.record("\(error)")
                    return
                }
            }
            let count = try await database.once(.sampleCount)
            #expect(count == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `what a statement did is told by its RETURNING rows`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            for id in Int64(1)...3 { try await database.once(.insert(id, number: id)) }
            let changed = try await database.once(
                Statement("UPDATE sample SET number = number + 10 WHERE number >= \(Int64(2)) RETURNING number") {
                    rows throws(StorageError) in
                    try rows.map { row throws(StorageError) in try row.integer("number") }
                })
            #expect(changed.sorted() == [12, 13])
            let kept = try await database.once(
                Statement(
                    """
                    INSERT INTO sample (id, number) VALUES (\(Int64(1)), \(Int64(99)))
                    ON CONFLICT (id) DO UPDATE SET number = excluded.number RETURNING number
                    """
                ) { rows throws(StorageError) in try rows.first?.integer("number") })
            #expect(kept == 99)
        }
    }
}
