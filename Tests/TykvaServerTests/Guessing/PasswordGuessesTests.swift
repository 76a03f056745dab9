import Logging
import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// Attempts at passwords without HTTP, on both engines; a password's hash is a cheap one.
@Suite(.serialized, .timeLimit(.minutes(15))) struct PasswordGuessesTests {
    private struct Scene: Sendable {
        let database: any Database
        let hasher: PasswordHasher
        let clock = ManualClock()
        let user = UserID.random()
        static let password = "correct horse battery staple"

        /// A node; another one of the same store stands for a restart too.
        func node(unlimited: UnlimitedNetworks = .loopback) -> PasswordCheck {
            PasswordCheck(
                database, hasher: hasher, events: EventRecorder(database, logger: Logger(label: "test")),
                guesses: PasswordGuesses(database, unlimited: unlimited))
        }

        /// `right`, `wrong`, or how many seconds to wait.
        func attempt(
            _ node: PasswordCheck, _ name: String = "anna", _ password: String = "wrong",
            from address: String = "192.0.2.7", on device: TokenHash? = nil
        ) async throws -> String {
            let origin = RequestOrigin(
                holder: Holder(address: NetworkAddress(stored: address), agent: UserAgent("")), requestID: "")
            do {
                let user = try await node.user(
                    named: name, password: password, on: device, client: nil, from: origin, at: clock.now)
                try await database.write { tx throws(StorageError) in try tx.forgetGuesses(user.pastGuesses) }
                return "right"
            } catch is OAuthError {
                return "wrong"
            } catch let refusal as GuessRefusal {
                return "\(refusal.kind.rawValue) \(refusal.retryAfterSeconds)"
            }
        }

        func addDevice(_ device: TokenHash) async throws {
            let (user, now) = (user, clock.now)
            try await database.once(
                Statement(
                    """
                    INSERT INTO device (account_id, hash, first_seen_at, last_seen_at, address, agent)
                    VALUES (\(user), \(device), \(now), \(now), \(""), \(""))
                    """))
        }
    }

    private func with(_ engine: Engine, _ body: (Scene) async throws -> Void) async throws {
        try await engine.withDatabase { database in
            let hasher = try PasswordHasher(threads: 2)
            defer { hasher.stop() }
            let scene = Scene(database: database, hasher: hasher)
            let (user, now) = (scene.user, scene.clock.now)
            try await Schema.migrator.migrate(database, at: now.value)
            let name = try UserName("anna")
            let hash = try await hasher.hash(.accepted(Scene.password))
            _ = try await database.once(
                .add(user, name: name, displayName: nil, email: nil, passwordHash: hash.stored, at: now))
            try await body(scene)
        }
    }

    @Test(arguments: Engine.available)
    func `pauses grow, for nobody's account as for somebody's, and a restart keeps them`(
        _ engine: Engine
    ) async throws {
        try await with(engine) { scene in
            for name in ["anna", "nobody"] {
                let node = scene.node()
                var heard: [String] = []
                for _ in 0..<6 { heard.append(try await scene.attempt(node, name)) }
                #expect(heard == Array(repeating: "wrong", count: 5) + ["account_network 1"], "\(name)")
                scene.clock.advance(by: .seconds(1))
                #expect(try await scene.attempt(node, name) == "wrong")
                let restarted = scene.node()
                #expect(try await scene.attempt(restarted, name) == "account_network 2")
                #expect(try await scene.attempt(restarted, name, from: "192.0.2.200") == "account_network 2")
                #expect(try await scene.attempt(restarted, name, from: "198.51.100.7") == "wrong", "another network")
            }
            #expect(try await scene.attempt(scene.node(), "anna", Scene.password) == "account_network 1")
            scene.clock.advance(by: .seconds(1))
            #expect(try await scene.attempt(scene.node(), "anna", Scene.password) == "right")
            let left = try await scene.database.read { tx throws(StorageError) -> [AccountGuesses] in
                guard let account = try tx.run(.account(scene.user)) else { return [] }
                return try tx.run(.guesses(of: account, at: scene.clock.now))
            }
            #expect(left.map(\.kind) == [.accountNetwork], "the other network's")
        }
    }

    @Test(arguments: Engine.available)
    func `of a hundred guesses at once no more are looked at than are free`(_ engine: Engine) async throws {
        try await with(engine) { scene in
            let node = scene.node()
            let heard = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<100 { group.addTask { try await scene.attempt(node) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(heard.count { $0 == "wrong" } == 5)
            let anna = GuessKey.account(try UserName("anna"))
            let records = try await scene.database.once(.guesses([anna], at: scene.clock.now))
            #expect(records[anna.hash]?.failures == 5)
            // The right one is not held up by those any longer than their pause.
            scene.clock.advance(by: .seconds(1))
            #expect(try await scene.attempt(node, "anna", Scene.password) == "right")
        }
    }

    @Test(arguments: Engine.available)
    func `strangers hold up strangers, and neither a known browser nor others' accounts`(
        _ engine: Engine
    ) async throws {
        try await with(engine) { scene in
            let node = scene.node()
            let device = TokenHash(of: "device")
            try await scene.addDevice(device)
            for number in 0..<36 {
                scene.clock.advance(by: .minutes(2))
                #expect(try await scene.attempt(node, from: "10.0.\(number).1") == "wrong")
            }
            #expect(try await scene.attempt(node, "anna", Scene.password, from: "10.9.9.9") == "account 64")
            #expect(try await scene.attempt(node, "anna", Scene.password, on: .init(of: "another")) == "account 64")
            #expect(try await scene.attempt(node, "boris", "x", on: device) == "wrong", "it is not known there")
            let lockouts = try await scene.database.once(.events(EventFilter(user: scene.user, type: .lockout)))
            #expect(lockouts.count == 1)
            for _ in 0..<10 { #expect(try await scene.attempt(node, on: device) == "wrong") }
            #expect(try await scene.attempt(node, "anna", Scene.password, on: device) == "device 1")
            scene.clock.advance(by: .seconds(1))
            #expect(try await scene.attempt(node, "anna", Scene.password, on: device) == "right")
            #expect(try await scene.attempt(node, on: device) == "wrong", "its own record is gone")
            // What it knows says nothing of the strangers.
            #expect(try await scene.attempt(node, "anna", Scene.password, from: "10.9.9.9") == "account 63")
        }
    }

    @Test(arguments: Engine.available)
    func `one password on many accounts is held up by network, and a success of one's own does not help`(
        _ engine: Engine
    ) async throws {
        try await with(engine) { scene in
            let node = scene.node()
            for number in 0..<100 { #expect(try await scene.attempt(node, "name \(number)") == "wrong") }
            #expect(try await scene.attempt(node, "anna", Scene.password) == "network 60")
            #expect(try await scene.attempt(node, "\u{7}") == "network 60", "what can be no name is counted too")
            scene.clock.advance(by: .minutes(1))
            #expect(try await scene.attempt(node, "anna", Scene.password) == "right")
            #expect(try await scene.attempt(node, "name 101") == "wrong")
            #expect(try await scene.attempt(node, "name 102") == "network 60")
            let office = UnlimitedNetworks([try NetworkRange("192.0.2.0/24")])
            #expect(try await scene.attempt(scene.node(unlimited: office), "name 102") == "wrong")
            for _ in 0..<4 { _ = try await scene.attempt(scene.node(unlimited: office), "name 102") }
            let refused = try await scene.attempt(scene.node(unlimited: office), "name 102")
            #expect(refused == "account_network 1", "accounts are protected from everywhere")
        }
    }

    @Test(arguments: Engine.available)
    func `a network's occasional errors never add up to a wait`(_ engine: Engine) async throws {
        try await with(engine) { scene in
            let node = scene.node()
            for number in 0..<110 {
                let heard = try await scene.attempt(node, "name \(number)")
                #expect(heard == "wrong")
                scene.clock.advance(by: .hours(23))
            }
            for _ in 0..<3 { #expect(try await scene.attempt(node, "boris") == "wrong") }
            #expect(try await scene.attempt(node, "anna", Scene.password, from: "192.0.2.99") == "right")
        }
    }

    @Test(arguments: Engine.available)
    func `whoever uses a network up and goes on keeps its unknown browsers out, and no minute longer`(
        _ engine: Engine
    ) async throws {
        try await with(engine) { scene in
            let node = scene.node()
            let device = TokenHash(of: "device")
            try await scene.addDevice(device)
            for number in 0..<100 { #expect(try await scene.attempt(node, "name \(number)") == "wrong") }
            for minute in 0..<60 {
                scene.clock.advance(by: .seconds(30))
                #expect(try await scene.attempt(node, "anna", Scene.password) == "network 30")
                scene.clock.advance(by: .seconds(30))
                #expect(try await scene.attempt(node, "other \(minute)") == "wrong")
            }
            #expect(try await scene.attempt(node, "anna", Scene.password, on: device) == "right", "a known browser")
            #expect(try await scene.attempt(node, "anna", Scene.password, from: "198.51.100.7") == "right")
            #expect(try await scene.attempt(node, "anna", Scene.password) == "network 60")
            scene.clock.advance(by: .minutes(1))
            #expect(try await scene.attempt(node, "anna", Scene.password) == "right")
        }
    }

    @Test(arguments: Engine.available)
    func `when storage fails nobody is let in, and nobody is told that they are wrong`(
        _ engine: Engine
    ) async throws {
        try await with(engine) { scene in
            let node = scene.node()
            try await scene.database.once(Statement("ALTER TABLE guess RENAME TO away"))
            await #expect(throws: StorageError.self) { try await scene.attempt(node) }
            await #expect(throws: StorageError.self) { try await scene.attempt(node, "anna", Scene.password) }
            try await scene.database.once(Statement("ALTER TABLE away RENAME TO guess"))
            #expect(try await scene.attempt(node, "anna", Scene.password) == "right")
        }
    }

    @Test func `nothing is remembered of attempts that have ended`() throws {
        let flights = AttemptsInFlight()
        let now = Milliseconds(1_800_000_000_000)
        let keys: [GuessKey] = [.account(try UserName("anna")), .network(.unknown)]
        let watches = (0..<3).map { _ in flights.watch(keys) }
        flights.leave(watches[0])
        #expect(flights.admit(keys, watches[1], [:], at: now) == nil)
        flights.end(keys, hasFailed: true)
        // The third began to watch before that one failed.
        let four = FailureRecord(failures: 4, lastFailedAt: now, expiresAt: now + GuessPolicy.memory)
        let refused = flights.admit([.account(try UserName("anna"))], watches[2], [keys[1].hash: four], at: now)
        #expect(refused == nil)
        flights.end([keys[0]], hasFailed: false)
        #expect(flights.count == 0)
    }

    @Test func `what fails between reading and admission is not passed over`() throws {
        let flights = AttemptsInFlight()
        let now = Milliseconds(1_800_000_000_000)
        let key = GuessKey.account(try UserName("anna"), from: .unknown)
        let slow = flights.watch([key])
        for _ in 0..<5 {
            #expect(flights.admit([key], flights.watch([key]), [:], at: now) == nil)
            flights.end([key], hasFailed: true)
        }
        #expect(flights.admit([key], slow, [:], at: now)?.until == now + .seconds(1))
        #expect(flights.count == 0)
    }
}
