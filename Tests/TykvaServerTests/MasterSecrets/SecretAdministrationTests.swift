import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct SecretAdministrationTests {
    private let one = MasterSecret.random()
    private let two = MasterSecret.random()

    private var both: MasterSecrets { get throws { try MasterSecrets(one).adding(two, 2) } }

    private func node(_ id: String, _ secrets: MasterSecrets, at now: Milliseconds, active: UInt8 = 1) -> ServingNode {
        ServingNode(id: id, name: "node \(id)", seenAt: now, activeSecret: active, readable: secrets.registered)
    }

    private func sighting(_ id: String, _ now: Milliseconds) -> ServingNode.Sighting {
        node(id, MasterSecrets(one), at: now).sighting
    }

    private func with(
        _ engine: Engine, _ body: (GrantScene, SecretAdministration) async throws -> Void
    ) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database, secrets: MasterSecrets(one))
            // However long it takes on a busy machine, no node ages by it.
            try await body(scene, SecretAdministration(database) { _ in .zero })
        }
    }

    @Test(arguments: Engine.available)
    func `a secret is added and activated when every node that serves can read it`(_ engine: Engine) async throws {
        try await with(engine) { scene, administration in
            let (database, now) = (scene.database, scene.manual.now)
            try await database.once(.report(node("rich", try both, at: now)))
            try await database.once(.report(node("poor", MasterSecrets(one), at: now)))
            let other = try MasterSecrets(one).adding(.random(), 2)
            try await database.once(.report(node("strange", other, at: now)))
            let lacking = SecretRefusal.nodesLack(2, [sighting("poor", now), sighting("strange", now)])
            await #expect(throws: lacking) { try await administration.register(2, of: both, at: now) }
            #expect(try await administration.known().map(\.number) == [1])
            let later = now + .seconds(40)
            try await database.once(.report(node("rich", try both, at: later)))
            let silent: Set = [sighting("poor", now), sighting("strange", now)]
            await #expect(throws: SecretRefusal.nodesSilent(2, silent)) {
                try await administration.register(2, of: both, at: later)
            }
            // A node that has not been heard of while somebody waited serves no more.
            #expect(try await administration.register(2, of: both, ended: silent, at: later))
            #expect(try await !administration.register(2, of: both, at: later))
            await #expect(throws: SecretRefusal.different(2)) {
                try await administration.register(2, of: other, at: later)
            }
            try await database.once(.report(node("poor", MasterSecrets(one), at: later)))
            await #expect(throws: SecretRefusal.nodesLack(2, [sighting("poor", later)])) {
                try await administration.activate(2, of: both, ended: [sighting("poor", later)], at: later)
            }
            #expect(try await administration.known().activeNumber == 1)
            for id in ["poor", "strange"] { try await database.once(.removeNode(id)) }
            #expect(try await administration.activate(2, of: both, at: later))
            #expect(try await !administration.activate(2, of: both, at: later))
            let known = try await administration.known()
            #expect(known.activeNumber == 2)
            #expect(known[number: 1]?.retiredAt == later)
            #expect(known[number: 2]?.activatedAt == later)
            let events = try await database.read { tx throws(StorageError) in try tx.run(.events(EventFilter())) }
            #expect(events.filter { $0.type == .secretAdded }.map(\.detail) == [#"{"number":2}"#])
            #expect(events.filter { $0.type == .secretActivated }.map(\.detail) == [#"{"number":2,"former":1}"#])
        }
    }

    @Test(arguments: Engine.available, [Duration.hours(1), .seconds(50), .zero - .seconds(50), .zero - .days(365)])
    func `a node that lives is not overlooked because a clock was changed`(
        _ engine: Engine, _ step: Duration
    ) async throws {
        try await with(engine) { scene, administration in
            let now = scene.manual.now
            let told = node("poor", MasterSecrets(one), at: now + (.zero - step))
            try await scene.database.once(.report(told))
            await #expect(throws: SecretRefusal.nodesSilent(2, [told.sighting])) {
                try await administration.register(2, of: both, at: now)
            }
            // It has told of itself since: by whatever clock.
            let again = node("poor", MasterSecrets(one), at: now + (.zero - step) + .seconds(10))
            try await scene.database.once(.report(again))
            await #expect(throws: SecretRefusal.nodesSilent(2, [again.sighting])) {
                try await administration.register(2, of: both, ended: [told.sighting], at: now)
            }
            #expect(try await administration.register(2, of: both, ended: [again.sighting], at: now))
        }
    }

    @Test(arguments: Engine.available)
    func `what is not here, not known or another one is refused`(_ engine: Engine) async throws {
        try await with(engine) { scene, administration in
            let now = scene.manual.now
            await #expect(throws: SecretRefusal.notHere(3)) { try await administration.register(3, of: both, at: now) }
            await #expect(throws: SecretRefusal.unknown(2)) { try await administration.activate(2, of: both, at: now) }
            let twice = try MasterSecrets(parsing: "2:\(one.revealedText())")
            await #expect(throws: SecretRefusal.renumbered(2, there: 1)) {
                try await administration.register(2, of: twice, at: now)
            }
            #expect(try await administration.register(2, of: both, at: now))
            let alone = try MasterSecrets(parsing: "2:\(two.revealedText())")
            // The signing keys could not be sealed anew.
            await #expect(throws: SecretRefusal.notHere(1)) {
                try await administration.activate(2, of: alone, at: now)
            }
            await #expect(throws: SecretRefusal.unknown(9)) { try await administration.remove(9, at: now) }
            await #expect(throws: SecretRefusal.active(1)) { try await administration.remove(1, at: now) }
            // One that was never used can go at once.
            try await administration.remove(2, at: now)
            #expect(try await administration.known().map(\.number) == [1])
        }
    }

    @Test(arguments: Engine.available)
    func `a secret is removed when nothing needs it, and not before`(_ engine: Engine) async throws {
        try await with(engine) { scene, administration in
            let database = scene.database
            func needs() async throws -> SecretNeeds? {
                do {
                    try await administration.remove(1, at: scene.manual.now)
                    return nil
                } catch SecretRefusal.needed(1, let needs) {
                    return needs
                }
            }
            _ = scene.ring.take(try both)
            let token = try #require(try await scene.signIn().refreshToken)
            #expect(try await administration.register(2, of: both, at: scene.manual.now))
            #expect(try await administration.activate(2, of: both, at: scene.manual.now))
            try await scene.ring.reload(database)
            try await database.once(.report(node("late", try both, at: scene.manual.now)))
            let all = try #require(try await needs())
            #expect(all.sealedValues == 2)
            #expect(all.families.count == 1)
            #expect(all.pagesUntil == scene.manual.now + PageKeys.afterlife)
            #expect(all.nodes == ["node late"])
            #expect(try await Resealing(database, both.activating(2)).run().resealed == 2)
            scene.manual.advance(by: PageKeys.afterlife)
            let less = try #require(try await needs())
            #expect(less.sealedValues == 0 && less.pagesUntil == nil && less.nodes.isEmpty)
            #expect(less.families.count == 1)
            // A node that told of itself while sign-ins were counted, which took a while.
            try await database.once(.report(node("late", try both, at: scene.manual.now + .minutes(5))))
            let slow = SecretAdministration(database) { _ in .minutes(5) }
            var still = less
            still.nodes = ["node late"]
            await #expect(throws: SecretRefusal.needed(1, still)) {
                try await slow.remove(1, at: scene.manual.now)
            }
            try await database.once(.removeNode("late"))
            _ = try await scene.refresh(token, through: database)
            // The call before the change may be repeated.
            #expect(try await needs()?.families.count == 1)
            scene.manual.advance(by: .minutes(11))
            #expect(try await needs() == nil)
            #expect(try await administration.known().map(\.number) == [2])
        }
    }
}
