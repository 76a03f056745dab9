import OAuth
import Secrets
import Storage
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct ResealingTests {
    /// More than two batches, and not a whole number of them.
    private static let keys = 230
    private let one = MasterSecret.random()
    private let two = MasterSecret.random()

    private var old: MasterSecrets { MasterSecrets(one) }
    private var new: MasterSecrets { get throws { try old.adding(two, 2).activating(2) } }

    private func with(_ engine: Engine, _ body: (any Database) async throws -> Void) async throws {
        try await engine.withDatabase { database in
            let now = ManualClock().now
            try await Schema.migrator.migrate(database, at: now.value)
            let rows = try (0..<Self.keys).map { _ in
                try SigningKey.make(
                    .es256, life: KeyLife(publishedAt: now, activeAt: now, retiringAt: now, goneAt: now), secrets: old)
            }
            try await database.write { tx throws(StorageError) in for row in rows { try tx.run(.add(row)) } }
            try await body(database)
        }
    }

    private func numbers(_ database: any Database) async throws -> [UInt8: Int] {
        try await database.once(.boxCounts(in: SealedColumn.all[0]))
    }

    @Test(arguments: Engine.available)
    func `everything is sealed anew in batches, once`(_ engine: Engine) async throws {
        try await with(engine) { database in
            var seen: [Int] = []
            let done = try await Resealing(database, try new).run { seen.append($0.seen) }
            #expect(done.resealed == Self.keys && done.seen == Self.keys && done.unopened.isEmpty)
            #expect(seen == [100, 200, 230])
            #expect(try await numbers(database) == [2: Self.keys])
            #expect(try await Resealing(database, try new).run().resealed == 0)
            let alone = try MasterSecrets(parsing: "2:\(two.revealedText())")
            #expect(try await Resealing(database, alone).check().unopened.isEmpty)
            #expect(try await Resealing(database, old).check().unopened.count == Self.keys)
        }
    }

    @Test(arguments: Engine.available)
    func `broken off at any write it leaves every box whole, and goes on`(_ engine: Engine) async throws {
        let secrets = try new
        for (writes, commits) in [(0, false), (0, true), (1, false), (1, true), (2, false), (2, true)] {
            try await with(engine) { database async throws in
                let broken = BrokenWrites(database, after: writes, commits: commits)
                await #expect(throws: StorageError.self) { try await Resealing(broken, secrets).run() }
                let left = Self.keys - min(Self.keys, 100 * (writes + (commits ? 1 : 0)))
                let remaining = try await numbers(database)[1] ?? 0
                #expect(remaining == left)
                #expect(try await Resealing(database, secrets).check().unopened.isEmpty)
                #expect(try await Resealing(database, secrets).run().resealed == left)
                #expect(try await numbers(database) == [2: Self.keys])
            }
        }
    }

    @Test(arguments: Engine.available)
    func `two that run at once, and a node that writes between, leave nothing behind`(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let nodes = [try await store.open(), try await store.open()]
            let now = ManualClock().now
            try await Schema.migrator.migrate(nodes[0], at: now.value)
            let life = KeyLife(publishedAt: now, activeAt: now, retiringAt: now, goneAt: now)
            let rows = try (0..<Self.keys).map { _ in try SigningKey.make(.es256, life: life, secrets: old) }
            try await nodes[0].write { tx throws(StorageError) in for row in rows { try tx.run(.add(row)) } }
            let secrets = try new
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for node in nodes { group.addTask { try await Resealing(node, secrets).run().resealed } }
                return try await group.reduce(0, +)
            }
            #expect(total == Self.keys)
            #expect(try await Resealing(nodes[0], secrets).check().unopened.isEmpty)
            // A node that has not heard of the change makes a key.
            let late = try SigningKey.make(.es256, life: life, secrets: old)
            try await nodes[1].once(.add(late))
            #expect(try await Resealing(nodes[0], secrets).run().resealed == 1)
            for node in nodes { await node.close() }
        }
    }

    @Test(arguments: Engine.available)
    func `a box that does not open is named and left, and the others go on`(_ engine: Engine) async throws {
        try await with(engine) { database in
            let rows = try await database.once(.boxes(in: SealedColumn.all[0], after: ""))
            var bytes = rows[3].box
            bytes[20] ^= 1
            let damaged = try SealedBox(bytes: bytes)
            #expect(try await database.once(.replace(rows[3], in: SealedColumn.all[0], by: damaged)))
            let done = try await Resealing(database, try new).run()
            #expect(done.resealed == Self.keys - 1)
            #expect(done.unopened.count == 1)
            #expect(done.unopened[0].contains(rows[3].key))
            #expect(done.unopened[0].hasPrefix("signing_key.sealed_private of "))
            #expect(try await numbers(database) == [1: 1, 2: Self.keys - 1])
        }
    }
}

/// A store that is lost at a certain write: before it, or between its COMMIT and the answer.
private final class BrokenWrites: Database {
    private let inner: any Database
    private let commits: Bool
    private let left: Mutex<Int>

    init(_ inner: any Database, after writes: Int, commits: Bool) {
        self.inner = inner
        self.commits = commits
        left = Mutex(writes)
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let rest = left.withLock { left in
            left -= 1
            return left
        }
        if rest >= 0 { return try await inner.write(body) }
        if commits, rest == -1 { _ = try await inner.write(body) }
        throw .unknownOutcome(reason: "the test broke the connection")
    }

    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await write { tx throws(StorageError) in try tx.run(statement) }
    }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome { try await inner.read(body) }

    func dataVersion() async throws(StorageError) -> Int64 { try await inner.dataVersion() }

    var changes: AsyncStream<Void> { inner.changes }

    func clock() async throws(StorageError) -> Int64? { try await inner.clock() }

    func close() async {}
}
