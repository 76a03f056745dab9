import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct SigningKeyTableTests {
    private static let start = RefreshScene.start
    private static let times = KeyTimes.standard

    private static func row(
        _ id: String, _ algorithm: SigningAlgorithm = .es256, activeAt: Milliseconds? = nil,
        publishedAt: Milliseconds = start
    ) throws -> SigningKeyRow {
        SigningKeyRow(
            id: try #require(KeyID(id)), algorithm: algorithm, publicJWK: #"{"kid":"\#(id)"}"#,
            sealedPrivate: [1, 2, 3],
            life: KeyLife(publishedAt: publishedAt, activeAt: activeAt))
    }

    /// A store with the key `one`, which signs, and its successor `two`.
    private static func with(
        _ engine: Engine, _ body: (any Database) async throws -> Void
    ) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: start.value)
            let new = [try row("one", activeAt: start), try row("two", publishedAt: start + .milliseconds(1))]
            #expect(
                try await database.administer { tx throws(StorageError) in
                    try tx.carryOut(.begin, new: new, times, at: start)
                })
            try await body(database)
        }
    }

    private static func keys(_ database: any Database) async throws -> [String: SigningKeyRow] {
        let rows = try await database.once(.signingKeys)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id.text, $0) })
    }

    private static func states(_ database: any Database, at now: Milliseconds) async throws -> [String: KeyState] {
        try await keys(database).mapValues { $0.life.state(at: now) }
    }

    @Test(arguments: Engine.available)
    func `a key lives through its states, and its private half goes with the last`(_ engine: Engine) async throws {
        try await Self.with(engine) { database in
            let rotation = Self.start + .days(30)
            let (one, two) = (try #require(KeyID("one")), try #require(KeyID("two")))
            let three = try Self.row("three", publishedAt: rotation)
            let promotion = KeyChange.promote(two, over: one, .es256)
            #expect(
                try await database.administer { tx throws(StorageError) in
                    try tx.carryOut(promotion, new: [three], Self.times, at: rotation)
                })
            #expect(
                try await Self.states(database, at: rotation)
                    == ["one": .retiring, "two": .active, "three": .published])
            let gone = rotation + KeyTimes.retirement
            #expect(try await Self.keys(database)["one"]?.life.goneAt == gone)
            #expect(try await !database.once(.erase(one, at: gone - .milliseconds(1))))
            #expect(
                try await database.administer { tx throws(StorageError) in
                    try tx.carryOut(.erase(one), new: [], Self.times, at: gone)
                })
            #expect(try await Self.keys(database)["one"]?.sealedPrivate == [])
            #expect(try await Self.keys(database)["one"]?.publicJWK == #"{"kid":"one"}"#)
            #expect(try await database.once(.removeKeys(goneBefore: gone)) == 0)
            #expect(try await database.once(.removeKeys(goneBefore: gone + .milliseconds(1))) == 1)
            #expect(try await Self.keys(database).count == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `of twenty nodes that rotate in the same second one does`(_ engine: Engine) async throws {
        try await Self.with(engine) { database in
            let rotation = Self.start + .days(30)
            let promotion = KeyChange.promote(try #require(KeyID("two")), over: KeyID("one"), .es256)
            let actors = try await withThrowingTaskGroup(of: Int.self) { group in
                for node in 0..<20 {
                    let next = try Self.row("next\(node)", publishedAt: rotation)
                    group.addTask {
                        try await database.administer { tx throws(StorageError) in
                            try tx.carryOut(promotion, new: [next], Self.times, at: rotation) ? 1 : 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(actors == 1)
            #expect(try await Self.keys(database).count == 3)
        }
    }

    @Test(arguments: Engine.available)
    func `the schema holds one key that signs and one successor`(_ engine: Engine) async throws {
        try await Self.with(engine) { database in
            for key in [try Self.row("x", activeAt: Self.start), try Self.row("x")] {
                await #expect(throws: StorageError.self) { try await database.once(.add(key)) }
            }
            // Without the first retiring, the second may not sign.
            await #expect(throws: StorageError.self) {
                _ = try await database.once(.activate(try #require(KeyID("two")), at: Self.start))
            }
            #expect(try await Self.states(database, at: Self.start) == ["one": .active, "two": .published])
        }
    }

    @Test(arguments: Engine.available)
    func `a change that fails halfway leaves everything as it was`(_ engine: Engine) async throws {
        try await Self.with(engine) { database in
            let rotation = Self.start + .days(30)
            let before = try await Self.keys(database)
            let promotion = KeyChange.promote(try #require(KeyID("two")), over: KeyID("one"), .es256)
            // The next key has the id of one that is there: its row is refused after the others were changed.
            let twin = try Self.row("one", publishedAt: rotation)
            await #expect(throws: StorageError.self) {
                _ = try await database.administer { tx throws(StorageError) in
                    try tx.carryOut(promotion, new: [twin], Self.times, at: rotation)
                }
            }
            #expect(try await Self.keys(database) == before)
            let changes: Set<EventType> = [.keyActivated, .keyRetired]
            let events = try await database.once(.events(EventFilter(since: Self.start + .seconds(1))))
            #expect(events.filter { changes.contains($0.type) }.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a revoked key is gone whatever it was, and its successor can sign`(_ engine: Engine) async throws {
        try await Self.with(engine) { database in
            let (one, two) = (try #require(KeyID("one")), try #require(KeyID("two")))
            let now = Self.start + .seconds(5)
            try await database.administer { tx throws(StorageError) in
                #expect(try tx.run(.revoke(one, at: now)))
                try tx.promote(two, over: nil, at: now)
            }
            #expect(try await Self.states(database, at: Self.start) == ["one": .gone, "two": .active])
            #expect(try await Self.keys(database)["one"]?.sealedPrivate == [])
            #expect(try await !database.once(.revoke(one, at: now)))
            #expect(try await !database.once(.retire(one, at: now)))
            #expect(try await !database.once(.activate(one, at: now)))
        }
    }

    @Test(arguments: Engine.available)
    func `asking twice for a rotation keeps the first time, and a rotation forgets it`(_ engine: Engine) async throws {
        try await Self.with(engine) { database in
            let (one, two) = (try #require(KeyID("one")), try #require(KeyID("two")))
            #expect(try await database.once(.askRotation(of: one, at: Self.start + .seconds(1))))
            #expect(try await database.once(.askRotation(of: one, at: Self.start + .seconds(9))))
            #expect(try await Self.keys(database)["one"]?.rotationAskedAt == Self.start + .seconds(1))
            #expect(try await !database.once(.askRotation(of: two, at: Self.start)))
            try await database.administer { tx throws(StorageError) in
                try tx.promote(two, over: one, at: Self.start + .seconds(10))
            }
            #expect(try await Self.keys(database).values.allSatisfy { $0.rotationAskedAt == nil })
        }
    }

    @Test(arguments: Engine.available)
    func `what lies ahead of the clock counts from now`(_ engine: Engine) async throws {
        try await Self.with(engine) { database in
            let (one, now) = (try #require(KeyID("one")), Self.start - .days(365))
            #expect(
                try await database.administer { tx throws(StorageError) in
                    try tx.carryOut(.redate(one), new: [], Self.times, at: now)
                })
            let life = try await Self.keys(database)["one"]?.life
            #expect(life == KeyLife(publishedAt: now, activeAt: now))
            #expect(try await !database.once(.redate(one, at: now)))
        }
    }

    @Test(arguments: Engine.available)
    func `keys of the schema before live on`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let before = Migrator(Array(Schema.migrations.prefix(8)))
            try await before.migrate(database, at: Self.start.value)
            try await database.once(.add(try Self.row("only", activeAt: Self.start)))
            try await Schema.migrator.migrate(database, at: Self.start.value)
            let keys = try await database.once(.signingKeys)
            #expect(keys.map(\.life) == [KeyLife(publishedAt: Self.start, activeAt: Self.start)])
            #expect(KeyPlan(keys.map(\.planned), Self.times, at: Self.start).due == .publish(.es256))
        }
    }
}
