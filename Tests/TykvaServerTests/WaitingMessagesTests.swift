import Logging
import OAuth
import Storage
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct WaitingMessagesTests {
    /// A store with a webhook that hears of wrong passwords, and one that hears of messages that were given up.
    private struct Scene {
        let database: any Database
        let manual = ManualClock()
        let dead = WebhookID.random()
        let other = WebhookID.random()

        var clock: DeploymentClock {
            DeploymentClock(wall: { [manual] in manual.now }, monotonic: { [manual] in manual.monotonic })
        }

        static func with(_ engine: Engine, _ body: (Scene) async throws -> Void) async throws {
            try await engine.withDatabase { database in
                let scene = Scene(database: database)
                try await Schema.migrator.migrate(database, at: scene.manual.now.value)
                for (id, types) in [
                    (scene.dead, [EventType.signInFailed, .messageGivenUp]), (scene.other, [.messageGivenUp]),
                ] {
                    let webhook = Webhook(
                        id: id, url: try WebhookURL("https://hooks.example/"), allowsPrivate: false, sealedSecret: [1],
                        createdAt: scene.manual.now)
                    try await database.write { tx throws(StorageError) in
                        try tx.run(.insert(webhook))
                        for type in types { try tx.run(.insert(type, for: id)) }
                    }
                }
                try await body(scene)
            }
        }

        /// Messages to the dead webhook, a millisecond after each other.
        func write(_ count: Int) async throws {
            let now = manual.now
            try await database.write { tx throws(StorageError) in
                for number in 0..<count {
                    try tx.run(.record(Event(at: now + .milliseconds(number), type: .signInFailed)))
                }
            }
        }

        func walk(hasWatched: Bool = true, most: Int = Limits.waitingForWebhook) async throws {
            var messages = WaitingMessages(database: database, clock: clock, logger: Logger(label: "test")) { true }
            messages.most = most
            #expect(try await messages.giveUp(hasWatched: hasWatched))
        }

        func waiting(_ webhook: WebhookID) async throws -> Int64 {
            try await database.once(.waitingMessages(to: webhook))
        }

        var told: [String] {
            get async throws {
                try await database.once(.events(EventFilter(type: .messageGivenUp))).map(\.detail)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `what a dead webhook has not taken for a day is given up, however much it is, and an event says how much`(
        _ engine: Engine
    ) async throws {
        try await Scene.with(engine) { scene in
            let node = ExpiredRows(
                database: scene.database, clock: scene.clock, eventRetention: .days(90), keyMemory: .days(90),
                logger: Logger(label: "test"))
            try await scene.write(1200)
            scene.manual.advance(by: .days(1) - .seconds(1))
            try await scene.write(7)
            try await scene.database.once(.failed(scene.dead, "no answer", at: scene.manual.now))
            #expect(try await node.removeWhenDue())
            #expect(try await scene.waiting(scene.dead) == 1207)
            scene.manual.advance(by: ExpiredRows.interval)
            #expect(try await node.removeWhenDue())
            #expect(try await scene.waiting(scene.dead) == 7)
            #expect(try await scene.told == [#"{"webhook":"\#(scene.dead)","messages":1200}"#])
            #expect(try await scene.waiting(scene.other) == 1)
            #expect(try await scene.database.once(.webhook(scene.dead))?.givenUp == 1200)
            let listed = try await scene.database.once(.messages(MessageFilter(state: .givenUp), limit: 2000))
            #expect(listed.count == 1200)
            #expect(listed.allSatisfy { $0.lastError == "it was not taken for a day, and neither was any later one" })
        }
    }

    @Test(arguments: Engine.available)
    func `there is one event an hour, and what it does not tell of waits for the next`(_ engine: Engine) async throws {
        try await Scene.with(engine) { scene in
            try await scene.write(3)
            scene.manual.advance(by: .minutes(5))
            try await scene.write(4)
            scene.manual.advance(by: .days(1) - .minutes(5) + .seconds(1))
            for _ in 0..<2 {
                try await scene.database.once(.failed(scene.dead, "no answer", at: scene.manual.now))
                try await scene.walk()
                #expect(try await scene.waiting(scene.dead) == 4)
                scene.manual.advance(by: .minutes(10))
            }
            scene.manual.advance(by: .hours(1))
            try await scene.walk()
            #expect(try await scene.waiting(scene.dead) == 0)
            #expect(try await scene.told.count == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `what may arrive still is left alone`(_ engine: Engine) async throws {
        try await Scene.with(engine) { scene in
            try await scene.write(3)
            scene.manual.advance(by: .days(2))
            let now = scene.manual.now
            // Nobody has tried yet.
            try await scene.walk()
            #expect(try await scene.waiting(scene.dead) == 3)
            // This node has just begun, perhaps before the receiver.
            try await scene.database.once(.failed(scene.dead, "no answer", at: now))
            try await scene.walk(hasWatched: false)
            #expect(try await scene.waiting(scene.dead) == 3)
            // It takes messages again.
            try await scene.database.once(.succeeded(scene.dead, at: now))
            try await scene.walk()
            #expect(try await scene.waiting(scene.dead) == 3)
            // One is under way, and one was taken up again by an operator since the last failure.
            try await scene.write(3)
            scene.manual.advance(by: .days(2))
            let later = scene.manual.now
            try await scene.database.once(.failed(scene.dead, "no answer", at: later))
            let claimed = try await scene.database.once(
                .claim(for: scene.dead, limit: 4, until: later + .seconds(45), at: later))
            #expect(claimed.count == 4)
            let retried = try #require(
                try await scene.database.once(.messages(MessageFilter(state: .waiting), limit: 1)).first)
            #expect(try await scene.database.once(.retry(retried.id, at: later)))
            try await scene.walk()
            #expect(try await scene.waiting(scene.dead) == 5)
            #expect(try await scene.database.once(.delivered(claimed[0], at: later)))
        }
    }

    @Test(arguments: Engine.available)
    func `of too many messages to a webhook the oldest are given up`(_ engine: Engine) async throws {
        try await Scene.with(engine) { scene in
            try await scene.write(730)
            try await scene.walk(hasWatched: false, most: 730)
            #expect(try await scene.told.isEmpty)
            try await scene.walk(hasWatched: false, most: 100)
            let left = try await scene.database.once(.messages(MessageFilter(state: .waiting), limit: 2000))
                .filter { $0.webhook == scene.dead }
            #expect(left.count == 100)
            #expect(left.allSatisfy { $0.createdAt >= scene.manual.now + .milliseconds(630) })
            #expect(try await scene.told == [#"{"webhook":"\#(scene.dead)","messages":630}"#])
            #expect(try await scene.database.once(.webhook(scene.dead))?.givenUp == 630)
        }
    }
}
