import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct MasterSecretCheckTests {
    private let now = ManualClock().now
    private let one = MasterSecret.random().revealedText()
    private let two = MasterSecret.random().revealedText()
    private let three = MasterSecret.random().revealedText()

    @Test(arguments: Engine.available)
    func `a new deployment gets every number, and the lowest is the active one`(_ engine: Engine) async throws {
        try await with(engine) { database async throws in
            let first = try await register("4:\(one)\n3:\(two)", in: database)
            #expect(first.activeNumber == 3)
            #expect(try first.active.isSame(as: MasterSecret(text: two)))
            #expect(try await numbers(in: database) == [3, 4])
            let known = try await database.read { tx throws(StorageError) in try tx.run(.knownMasterSecrets) }
            #expect(known.map(\.activatedAt) == [now, nil])
        }
    }

    @Test(arguments: Engine.available)
    func `a start registers nothing beside what is there`(_ engine: Engine) async throws {
        try await with(engine) { database async throws in
            #expect(try await register("2:\(one)", in: database).activeNumber == 2)
            // Else other nodes, which may lack it, would no longer be ready.
            #expect(try await register("2:\(one)\n3:\(two)\n1:\(three)", in: database).activeNumber == 2)
            #expect(try await numbers(in: database) == [2])
        }
    }

    @Test(arguments: Engine.available)
    func `the active one is the one that was activated last`(_ engine: Engine) async throws {
        try await with(engine) { database async throws in
            _ = try await register("1:\(one)\n2:\(two)", in: database)
            try await database.write { [now] tx throws(StorageError) in
                try tx.run(.retireSecret(1, at: now))
                try tx.run(.activateSecret(2, at: now))
            }
            #expect(try await register("1:\(one)\n2:\(two)", in: database).activeNumber == 2)
            // One that nobody needs any more is missed too, until it is removed.
            await #expect(throws: MasterSecretRefusal.missing(1)) { try await register("2:\(two)", in: database) }
            try await database.once(.removeSecret(1))
            #expect(try await register("2:\(two)", in: database).activeNumber == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `nodes with two secrets of one number do not both start`(_ engine: Engine) async throws {
        try await with(engine) { database async throws in
            _ = try await register("1:\(one)\n2:\(two)", in: database)
            await #expect(throws: MasterSecretRefusal.different(2)) {
                try await register("1:\(one)\n2:\(three)", in: database)
            }
            await #expect(throws: MasterSecretRefusal.missing(2)) { try await register("1:\(one)", in: database) }
        }
        // Also of those that begin at the same moment one alone goes on.
        try await engine.withStore { store in
            let nodes = [try await store.open(), try await store.open()]
            try await Schema.migrator.migrate(nodes[0], at: now.value)
            let second = [two, three]
            let started = await withTaskGroup(of: Bool.self) { group in
                for (node, secret) in zip(nodes, second) {
                    group.addTask { (try? await register("1:\(one)\n2:\(secret)", in: node)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(started == 1)
            for node in nodes { await node.close() }
        }
    }

    @Test(arguments: Engine.available)
    func `a secret that has another number there is told so`(_ engine: Engine) async throws {
        try await with(engine) { database async throws in
            _ = try await register("1:\(one)\n2:\(two)", in: database)
            await #expect(throws: MasterSecretRefusal.renumbered(2, there: 1)) {
                try await register("2:\(one)", in: database)
            }
            let crossed = MasterSecretRefusal.renumbered(1, there: 2)
            await #expect(throws: crossed) { try await register("2:\(one)\n1:\(two)", in: database) }
            #expect(crossed.description.contains("write 2:…"))
        }
    }

    @Test func `a deployment is opened with its own active secret`() async throws {
        try await with(.sqlite) { database async throws in
            let terms = OpenedDeployment.Terms(issuer: try Issuer("https://a.example"), isDev: false)
            let secrets = try MasterSecrets(parsing: "1:\(one)\n2:\(two)")
            #expect(secrets.activeNumber == 2)
            let opened = try await OpenedDeployment(database, secrets: secrets, terms: terms, at: now)
            #expect(opened.secrets.activeNumber == 1)
        }
    }

    private func with(_ engine: Engine, _ body: (any Database) async throws -> Void) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: now.value)
            try await body(database)
        }
    }

    @discardableResult
    private func register(_ text: String, in database: any Database) async throws -> MasterSecrets {
        try await MasterSecretCheck(MasterSecrets(parsing: text)).register(in: database, at: now)
    }

    private func numbers(in database: any Database) async throws -> [UInt8] {
        try await database.read { tx throws(StorageError) in try tx.run(.masterSecrets) }.map(\.number)
    }
}
