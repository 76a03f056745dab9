import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct WebhookTableTests {
    private static let start = RefreshScene.start

    private func add(_ scene: RefreshScene, hearing types: [EventType] = []) async throws -> WebhookID {
        let webhook = Webhook(
            id: .random(), url: try WebhookURL("https://hooks.example/x?key=1"), allowsPrivate: false,
            sealedSecret: [1, 2, 3], createdAt: Self.start)
        try await scene.database.write { tx throws(StorageError) in
            try tx.run(.insert(webhook))
            for type in types { try tx.run(.insert(type, for: webhook.id)) }
        }
        return webhook.id
    }

    private func waiting(_ scene: RefreshScene, _ webhook: WebhookID) async throws -> [EventID] {
        try await scene.database.once(.messages(MessageFilter(kind: .webhook), limit: 99))
            .filter { $0.webhook == webhook }.map(\.event)
    }

    @Test(arguments: Engine.available)
    func `an event is told to the webhooks that want to hear of it, in its own transaction`(_ engine: Engine)
        async throws
    {
        try await RefreshScene.with(engine) { scene in
            let all = try await add(scene)
            let thefts = try await add(scene, hearing: [.refreshTheft, .clockStepped])
            let off = try await add(scene)
            #expect(try await scene.database.once(.disable(off, isGone: false, at: Self.start)))
            let theft = Event(at: Self.start, type: .refreshTheft)
            let signIn = Event(at: Self.start + .seconds(1), type: .signInSucceeded)
            for event in [theft, signIn] { try await scene.database.once(.record(event)) }
            #expect(Set(try await waiting(scene, all)) == [theft.id, signIn.id])
            #expect(try await waiting(scene, thefts) == [theft.id])
            #expect(try await waiting(scene, off).isEmpty)

            struct Regret: Error {}
            await #expect(throws: StorageError.self) {
                try await scene.database.write { tx throws(StorageError) in
                    try tx.run(.record(Event(at: Self.start, type: .refreshTheft)))
                    throw StorageError.conflict(reason: "regretted")
                }
            }
            #expect(try await waiting(scene, all).count == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `an event of a key that is there already, and one of a webhook's own trouble, are not told again`(
        _ engine: Engine
    ) async throws {
        try await RefreshScene.with(engine) { scene in
            let (one, other) = (try await add(scene), try await add(scene))
            for _ in 0..<3 {
                try await scene.database.once(
                    .record(Event(at: Self.start, type: .refreshByStranger, onceKey: "stranger")))
            }
            #expect(try await waiting(scene, one).count == 1)
            let trouble = Event(at: Self.start, type: .messageGivenUp)
            try await scene.database.once(.record(trouble, to: .allBut(one)))
            try await scene.database.once(.record(Event(at: Self.start, type: .webhookTest), to: .none))
            #expect(try await waiting(scene, one).count == 1)
            #expect(Set(try await waiting(scene, other)).contains(trouble.id))
            #expect(try await waiting(scene, other).count == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `each webhook has its own queue`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let (one, other) = (try await add(scene), try await add(scene, hearing: [.clockStepped]))
            let now = Self.start + .seconds(1)
            for _ in 0..<5 { try await scene.database.once(.record(Event(at: Self.start, type: .signInFailed))) }
            #expect(try await scene.database.once(.dueWebhooks(at: Self.start - .seconds(1))).isEmpty)
            #expect(try await scene.database.once(.dueWebhooks(at: now)) == [one])
            try await scene.database.once(.record(Event(at: Self.start, type: .clockStepped)))
            #expect(Set(try await scene.database.once(.dueWebhooks(at: now))) == [one, other])
            let claimed = try await scene.database.once(.claim(for: one, limit: 3, until: now + .seconds(30), at: now))
            #expect(claimed.count == 3)
            #expect(claimed.allSatisfy { $0.webhook == one && $0.kind == .webhook })
            let rest = try await scene.database.once(.claim(for: one, limit: 9, until: now + .seconds(30), at: now))
            #expect(rest.count == 3)
            #expect(try await scene.database.once(.waitingMessages(to: one)) == 6)
            for message in claimed + rest { _ = try await scene.database.once(.delivered(message, at: now)) }
            #expect(try await scene.database.once(.waitingMessages(to: one)) == 0)
            #expect(try await scene.database.once(.remove(one)))
            #expect(try await scene.database.once(.removeMessages(to: one)) == 6)
            #expect(try await waiting(scene, other).count == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `what became of a webhook's messages, and its secrets, come back as written`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let id = try await add(scene, hearing: [.refreshTheft])
            let (now, long) = (Self.start + .seconds(9), String(repeating: "x", count: 300))
            try await scene.database.once(.failed(id, long, at: now))
            try await scene.database.once(.countGivenUp(id))
            #expect(try await scene.database.once(.setSecret([9], of: id, oldUntil: now + .hours(24))))
            #expect(try await scene.database.once(.disable(id, isGone: true, at: now)))
            #expect(try await !scene.database.once(.disable(id, isGone: true, at: now)))
            var webhook = try #require(try await scene.database.once(.webhook(id)))
            #expect(webhook.sealedSecret == [9])
            #expect(webhook.oldSecret == Webhook.OldSecret(sealed: [1, 2, 3], until: now + .hours(24)))
            #expect((webhook.disabledAt, webhook.goneAt) == (now, now))
            #expect((webhook.failedAt, webhook.givenUp, webhook.lastError?.count) == (now, 1, 256))
            #expect(try await scene.database.once(.eventTypes(of: id)) == [.refreshTheft])
            #expect(try await scene.database.once(.enable(id)))
            #expect(try await !scene.database.once(.enable(id)))
            try await scene.database.once(.succeeded(id, at: now + .seconds(1)))
            webhook = try #require(try await scene.database.once(.webhooks).first)
            #expect((webhook.disabledAt, webhook.goneAt, webhook.lastError) == (nil, nil, nil))
            #expect((webhook.succeededAt, webhook.givenUp) == (now + .seconds(1), 0))
        }
    }
}
