import Storage
import TestSupport
import Testing

/// Queues, closing, and other programs on the same store.
@Suite(.timeLimit(.minutes(15))) struct LifeConformanceTests {
    @Test(arguments: Engine.available)
    func `past the limit of waiting writes the next is told to come back, and those before it are done`(
        _ engine: Engine
    ) async throws {
        let limit = 8
        let excess = 5
        try await engine.withStore { store in
            let database = try await store.open(TestStore.Limits(waitingWrites: limit))
            try await database.once(.makeSample)
            let step = Rendezvous()
            async let holder: Void = database.write { transaction throws(StorageError) in
                try transaction.run(.insert(0))
                step.arrive()
                step.waitForRelease()
            }
            await step.arrival()
            // The refusals come at once, while the first write still holds the others up.
            let (refused, done) = try await withThrowingTaskGroup(of: StorageError?.self) { group in
                for id in 1...Int64(limit + excess) {
                    group.addTask {
                        do throws(StorageError) {
                            try await database.once(.insert(id))
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                var refused: [StorageError] = []
                try await withTaskCancellationHandler {
                    while refused.count < excess, let answer = try await group.next() {
                        refused.append(try #require(answer, "a write was answered while another held the writer"))
                    }
                } onCancel: {
                    // The time limit ends the test of an engine that never refuses.
                    step.release()
                }
                step.release()
                return (refused, try await group.reduce(into: 0) { $0 += $1 == nil ? 1 : 0 })
            }
            #expect(refused.allSatisfy { $0 == .overloaded(retryAfterSeconds: 1) })
            #expect(done == limit)
            try await holder
            let count = try await database.once(.sampleCount)
            #expect(count == Int64(limit + 1))
            await database.close()
        }
    }

    @Test(arguments: Engine.available)
    func `closing while busy finishes what was accepted and refuses the rest`(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let database = try await store.open()
            try await database.once(.makeSample)
            let acknowledged = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for id in Int64(0)..<200 {
                    group.addTask {
                        do throws(StorageError) {
                            try await database.once(.insert(id))
                            return id
                        } catch {
                            #expect(error == .closed)
                            return nil
                        }
                    }
                    if id == 100 {
                        group.addTask {
                            await database.close()
                            return nil
                        }
                    }
                }
                return try await group.compactMap(\.self).reduce(into: []) { $0.append($1) }
            }
            await #expect(throws: StorageError.closed) { try await database.once(.insert(1000)) }
            await #expect(throws: StorageError.closed) { try await database.write { _ in } }
            await #expect(throws: StorageError.closed) { try await database.read { _ in } }
            await #expect(throws: StorageError.closed) { _ = try await database.dataVersion() }
            await database.close()
            let reopened = try await store.open()
            let stored = try await reopened.once(.sampleIDs)
            #expect(stored == acknowledged.sorted())
            await reopened.close()
        }
    }

    @Test(arguments: Engine.available)
    func `a read that runs is finished before the store is closed`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            let step = Rendezvous()
            async let seen = database.read { transaction throws(StorageError) in
                step.arrive()
                step.waitForRelease()
                return try transaction.run(.sampleCount)
            }
            await step.arrival()
            async let closed: Void = database.close()
            step.release()
            let count = try await seen
            #expect(count == 0)
            await closed
        }
    }

    @Test(arguments: Engine.available)
    func `the data version tells what another program has changed`(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let server = try await store.open()
            try await Schema.migrator.migrate(server, at: 0)
            try await server.once(.makeSample)
            let command = try await store.open()
            let before = try await server.dataVersion()
            let again = try await server.dataVersion()
            #expect(before == again)
            var changes = server.changes.makeAsyncIterator()
            try await command.administer { transaction throws(StorageError) in try transaction.run(.insert(1)) }
            await changes.next()
            let after = try await server.dataVersion()
            #expect(before != after)
            let seen = try await server.once(.sampleIDs)
            #expect(seen == [1])
            await command.close()
            await server.close()
        }
    }

    @Test(arguments: Engine.available)
    func `what was written is there after closing and opening again`(_ engine: Engine) async throws {
        try await engine.withStore { store in
            for id in Int64(0)..<3 {
                let database = try await store.open()
                if id == 0 { try await database.once(.makeSample) }
                try await database.once(.insert(id))
                let ids = try await database.once(.sampleIDs)
                #expect(ids == Array(0...id))
                await database.close()
            }
        }
    }
}
