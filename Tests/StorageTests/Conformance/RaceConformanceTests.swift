import OAuth
import TestSupport
import Testing

@testable import Storage

/// What people do while an operator's transaction is open: one waits for the other, whichever the engine.
@Suite(.timeLimit(.minutes(15))) struct RaceConformanceTests {
    private static let later = RefreshScene.start + .minutes(1)

    @Test(arguments: Engine.available)
    func `a sign-in under way begins nothing once the user is disabled`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let isBegun = try await signIn(scene, engine) { tx throws(StorageError) in
                _ = try tx.disable(scene.user, at: Self.later, Event(at: Self.later, type: .userDisabled))
            }
            #expect(!isBegun)
            #expect(try await scene.count(.sessionCount) == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `a sign-in under way begins nothing once the password is another`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let isBegun = try await signIn(scene, engine) { tx throws(StorageError) in
                try tx.run(.setPasswordHash("another", of: scene.user))
                let event = Event(at: Self.later, type: .passwordChanged)
                _ = try tx.endSessions(ofUser: scene.user, .passwordChanged, at: Self.later, event)
            }
            #expect(!isBegun)
            #expect(try await scene.count(.sessionCount) == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `a sign-in with the hash that is stored begins a session`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let isBegun = try await signIn(scene, engine) { _ in }
            #expect(isBegun)
            #expect(try await scene.count(.sessionCount) == 1)
            #expect(try await scene.count(.familyCount) == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a family that begins in a session under its end ends too`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let session = try await scene.families(1, at: 0)[0].session
            let isTaken = try await held(scene, engine) { tx throws(StorageError) in
                let event = Event(at: Self.later, type: .sessionEnded)
                _ = try tx.endSessions(ofUser: scene.user, .endedByOperator, at: Self.later, event)
            } meanwhile: { tx throws(StorageError) in
                try tx.run(.takeForNewFamily(session))
            }
            #expect(!isTaken)
        }
    }

    @Test(arguments: Engine.available)
    func `a client that is removed under a sign-in takes the sign-in with it, or is removed after it`(
        _ engine: Engine
    ) async throws {
        try await RefreshScene.with(engine) { scene in
            let client = scene.owner.client
            let (session, family) = Self.new(scene)
            let step = Rendezvous()
            async let begun = scene.database.write { tx throws(StorageError) in
                let isBegun = try tx.begin(
                    session, family, checked: nil, Event(at: Self.later, type: .signInSucceeded))
                step.arrive()
                step.waitForRelease()
                return isBegun
            }
            await step.arrival()
            async let removed = scene.database.administer { tx throws(StorageError) in
                try tx.removeClient(client, Event(at: Self.later, type: .clientRemoved))
            }
            try await scene.waitUntilSomebodyWaits(engine)
            step.release()
            #expect(try await begun)
            #expect(try await removed)
            #expect(try await scene.count(.familyCount) == 0)
        }
    }

    @Test(arguments: Engine.available)
    func `a retry answers the generation that was judged, or nothing`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 4)[0]
            #expect(try await scene.database.once(.family(family.key, standingAt: 4))?.generation == 4)
            #expect(try await scene.database.once(.family(family.key, standingAt: 3)) == nil)
            #expect(try await scene.database.once(.revokeFamily(family.key, of: scene.owner.client, at: Self.later)))
            #expect(try await scene.database.once(.family(family.key, standingAt: 4)) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `operators' changes come one after another, and each is told`(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let nodes = [try await store.open(), try await store.open()]
            try await Schema.migrator.migrate(nodes[0], at: 0)
            try await nodes[0].once(.makeSample)
            try await nodes[0].once(.insert(1))
            let before = try await nodes[1].dataVersion()
            var changes = nodes[1].changes.makeAsyncIterator()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        try await nodes[index % 2].administer { tx throws(StorageError) in
                            let number = try tx.run(.number(1)) ?? 0
                            try tx.run(Statement("UPDATE sample SET number = \(number + 1) WHERE id = 1"))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await nodes[0].once(.number(1)) == 20)
            await changes.next()
            #expect(try await nodes[1].dataVersion() != before)
            for node in nodes { await node.close() }
        }
    }

    /// Signs in while `change` is written and not yet committed.
    private func signIn(
        _ scene: RefreshScene, _ engine: Engine,
        during change: @escaping @Sendable (any Transaction) throws(StorageError) -> Void
    ) async throws -> Bool {
        let (session, family) = Self.new(scene)
        return try await held(scene, engine, change) { tx throws(StorageError) in
            try tx.begin(session, family, checked: nil, Event(at: Self.later, type: .signInSucceeded))
        }
    }

    private func held<Outcome: Sendable>(
        _ scene: RefreshScene, _ engine: Engine,
        _ change: @escaping @Sendable (any Transaction) throws(StorageError) -> Void,
        meanwhile: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws -> Outcome {
        let step = Rendezvous()
        async let changed: Void = scene.database.write { tx throws(StorageError) in
            // Both take the user's row first.
            _ = try tx.run(.takeForSignIn(scene.user, checked: nil, at: Self.later))
            try change(tx)
            step.arrive()
            step.waitForRelease()
        }
        await step.arrival()
        async let outcome = scene.database.write(meanwhile)
        try await scene.waitUntilSomebodyWaits(engine)
        step.release()
        try await changed
        return try await outcome
    }

    private static func new(_ scene: RefreshScene) -> (NewSession, NewFamily) {
        let signedIn = AccessTokenClaims.Authentication(time: later, methods: ["pwd"])
        let session = NewSession(
            id: .random(), user: scene.user, authentication: signedIn, createdAt: later, expiresAt: later + .days(1),
            holder: RefreshScene.home)
        let family = NewFamily(
            id: FamilyID.random().key, user: scene.user, client: scene.owner.client, session: session.id,
            scope: .empty, resources: [], tokenKey: 1, authentication: signedIn, createdAt: later,
            idleExpiresAt: later + .days(1), expiresAt: later + .days(1), holder: RefreshScene.home)
        return (session, family)
    }
}

extension RefreshScene {
    /// On PostgreSQL: until one transaction waits for another's lock. SQLite's writers wait in a queue of our own.
    func waitUntilSomebodyWaits(_ engine: Engine) async throws {
        guard engine == .postgres else { return }
        while try await database.once(.waitingLocks) == 0 { try await Task.sleep(for: .milliseconds(5)) }
    }
}

extension Statement where Answer == Int64 {
    fileprivate static var waitingLocks: Self {
        Self(
            """
            SELECT COUNT(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        ) { rows throws(StorageError) in try rows.first?.integer("n") ?? 0 }
    }
}
