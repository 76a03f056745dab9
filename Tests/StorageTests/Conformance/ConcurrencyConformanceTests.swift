import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct ConcurrencyConformanceTests {
    @Test(arguments: Engine.available)
    func `of a hundred concurrent swaps from one value exactly one wins`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            try await database.once(.insert(1))
            for round in Int64(0)..<20 {
                let winners = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<100 {
                        group.addTask { try await database.once(.swap(1, from: round, to: round + 1)) == nil ? 0 : 1 }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(winners == 1)
            }
            let number = try await database.once(.number(1))
            #expect(number == 20)
        }
    }

    @Test(arguments: Engine.available)
    func `a swap that loses in one program has been won in another`(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let databases = [try await store.open(), try await store.open()]
            try await databases[0].once(.makeSample)
            try await databases[0].once(.insert(1))
            let wins = try await withThrowingTaskGroup(of: Int64.self) { group in
                for database in databases {
                    group.addTask {
                        var wins: Int64 = 0
                        for value in Int64(0)..<200 {
                            if try await database.once(.swap(1, from: value, to: value + 1)) != nil { wins += 1 }
                        }
                        return wins
                    }
                }
                return try await group.reduce(0, +)
            }
            let number = try await databases[1].once(.number(1))
            #expect(number == wins)
            #expect(wins > 0)
            for database in databases { await database.close() }
        }
    }

    @Test(arguments: Engine.available)
    func `concurrent additions in one statement lose nothing`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            try await database.once(.insert(1))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<300 {
                    group.addTask {
                        try await database.once(Statement("UPDATE sample SET number = number + 1 WHERE id = 1"))
                    }
                }
                try await group.waitForAll()
            }
            let number = try await database.once(.number(1))
            #expect(number == 300)
        }
    }

    @Test(arguments: Engine.available)
    func `what is read and then swapped in one transaction is never lost`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            try await database.once(.insert(1))
            let wins = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        try await database.write { transaction throws(StorageError) in
                            guard let old = try transaction.run(.number(1)) else { return 0 }
                            return try transaction.run(.swap(1, from: old, to: old + 1)) == nil ? 0 : 1
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            let number = try await database.once(.number(1))
            #expect(number == wins)
            #expect(wins > 0)
        }
    }

    @Test(arguments: Engine.available)
    func `reads beside writes see only whole transactions`(_ engine: Engine) async throws {
        try await withSample(engine) { database in
            try await database.once(.insert(1))
            try await database.once(.insert(2))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await database.write { transaction throws(StorageError) in
                            try transaction.run(Statement("UPDATE sample SET number = number + 1 WHERE id = 1"))
                            try transaction.run(Statement("UPDATE sample SET number = number - 1 WHERE id = 2"))
                        }
                    }
                    group.addTask {
                        let sum = try await database.read { transaction throws(StorageError) in
                            let one = try transaction.run(.number(1)) ?? .min
                            return one + (try transaction.run(.number(2)) ?? .min)
                        }
                        #expect(sum == 0)
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
