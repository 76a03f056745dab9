import OAuth
import Secrets
import Storage
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct KeyRotationTests {
    @Test(arguments: Engine.available)
    func `the first start makes a key and its successor`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let (active, successor) = (try await scene.key(.active), try await scene.key(.published))
            let node = try await scene.node()
            #expect(node.signing(at: scene.now) == active.id)
            #expect(node.published(at: scene.now) == [active.id.text, successor.id.text])
            await node.rotation.turn()
            try await scene.start()
            #expect(try await scene.rows().count == 2)
            #expect(try await scene.events() == [.keyActivated: 1, .keyAdded: 2])
        }
    }

    @Test(arguments: Engine.available)
    func `a deployment with one key gets its successor at the next start`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let successor = try await scene.key(.published)
            try await scene.database.once(Statement("DELETE FROM signing_key WHERE id = \(successor.id)"))
            try await scene.start()
            #expect(try await scene.key(.published).id != successor.id)
        }
    }

    @Test(arguments: Engine.available)
    func `of two nodes one rotates, and the other signs with the new key after its next look`(
        _ engine: Engine
    ) async throws {
        try await KeyScene.with(engine) { scene in
            let (old, new) = (try await scene.key(.active).id, try await scene.key(.published).id)
            let nodes = [try await scene.node(), try await scene.node()]
            scene.manual.advance(by: .days(30) - .seconds(1))
            for node in nodes { await node.rotation.turn() }
            #expect(nodes.allSatisfy { $0.signing(at: scene.now) == old })
            scene.manual.advance(by: .seconds(1))
            await withTaskGroup(of: Void.self) { group in
                for node in nodes { group.addTask { await node.rotation.turn() } }
            }
            #expect(nodes.allSatisfy { $0.signing(at: scene.now) == new })
            #expect(try await scene.rows().count == 3)
            let next = try await scene.key(.published).id
            #expect(nodes.allSatisfy { $0.published(at: scene.now) == [old.text, new.text, next.text] })
            scene.manual.advance(by: KeyTimes.retirement)
            // By time alone, before anybody has done anything.
            #expect(nodes.allSatisfy { $0.published(at: scene.now) == [new.text, next.text] })
            await nodes[0].rotation.turn()
            let gone = try await scene.key(.gone)
            #expect(gone.id == old && gone.sealedPrivate.isEmpty)
        }
    }

    /// A year in which each node looks whenever it likes.
    @Test(arguments: Engine.available)
    func `a year of rotations leaves the keys that are needed`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let node = try await scene.node()
            var signers: Set<KeyID> = []
            for _ in 0..<(2 * 366) {
                scene.manual.advance(by: .hours(12))
                await node.rotation.turn()
                signers.insert(try #require(node.signing(at: scene.now)))
                #expect((2...3).contains(node.published(at: scene.now).count))
            }
            #expect(signers.count == 13)
            let rows = try await scene.rows()
            #expect(rows.allSatisfy { $0.sealedPrivate.isEmpty == ($0.life.state(at: scene.now) == .gone) })
            #expect(rows.count == 14)
        }
    }

    @Test(arguments: Engine.available)
    func `a node that was asleep reads the keys before it signs again`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let (sleeper, other) = (try await scene.node(), try await scene.node())
            let old = try await scene.key(.active).id
            scene.manual.advance(by: .days(33))
            await other.rotation.turn()
            #expect(sleeper.signing(at: scene.now) == old)
            #expect(!sleeper.keys.isConfirmed)
            try await sleeper.keys.renewWhenOld()
            #expect(sleeper.signing(at: scene.now) == other.signing(at: scene.now))
            #expect(sleeper.keys.isConfirmed)
        }
    }

    @Test(arguments: Engine.available)
    func `when the answer of a change is lost, before or after its commit, the next turn finds the truth`(
        _ engine: Engine
    ) async throws {
        for commits in [false, true] {
            try await KeyScene.with(engine) { scene in
                let new = try await scene.key(.published).id
                let cut = CutDatabase(scene.database, commits: commits)
                let node = try await scene.node(through: cut)
                scene.manual.advance(by: .days(30))
                cut.cutNextWrite()
                await node.rotation.turn()
                try await node.keys.reload()
                #expect((node.signing(at: scene.now) == new) == commits)
                await node.rotation.turn()
                #expect(node.signing(at: scene.now) == new)
                #expect(try await scene.rows().count == 3)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a damaged successor is named, and the key that signs goes on`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let (active, successor) = (try await scene.key(.active).id, try await scene.key(.published).id)
            try await scene.damage(successor)
            let node = try await scene.node()
            #expect(node.keys.current.faults.map(\.what) == ["signing key \(successor)"])
            scene.manual.advance(by: .days(31))
            await node.rotation.turn()
            #expect(node.signing(at: scene.now) == active)
            _ = try await scene.administration.revoke(successor, at: scene.now)
            try await node.keys.reload()
            scene.manual.advance(by: .days(1) + .seconds(1))
            await node.rotation.turn()
            #expect(node.signing(at: scene.now) != active)
            #expect(node.keys.current.faults.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a damaged successor is never put in the place of the key that signs`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let (active, successor) = (try await scene.key(.active).id, try await scene.key(.published).id)
            let node = try await scene.node()
            try await scene.damage(successor)
            for isImmediate in [true, false] {
                let refusal = await #expect(throws: InvalidValue.self) {
                    try await scene.administration.rotate(to: nil, isImmediate: isImmediate, at: scene.now)
                }
                #expect(refusal?.reason.contains("tykva key revoke \(successor)") == true)
            }
            #expect(try await scene.key(.active).id == active)
            let revocation = try await scene.administration.revoke(active, at: scene.now)
            #expect(![active, successor].contains(revocation.active) && revocation.unknownUntil != nil)
            try await node.keys.reload()
            #expect(node.signing(at: scene.now) == revocation.active)
            let next = try await scene.key(.published).id
            #expect(node.published(at: scene.now) == [revocation.active.text, next.text])
        }
    }

    @Test(arguments: Engine.available)
    func `a successor that is damaged under a node, in either half, is not promoted by time or by order`(
        _ engine: Engine
    ) async throws {
        for half in KeyScene.Half.allCases {
            try await KeyScene.with(engine) { scene in
                let (active, successor) = (try await scene.key(.active).id, try await scene.key(.published).id)
                let node = try await scene.node()
                try await scene.damage(successor, half)
                scene.manual.advance(by: .days(31))
                await node.rotation.turn()
                #expect(node.signing(at: scene.now) == active)
                await #expect(throws: InvalidValue.self) {
                    try await scene.administration.rotate(to: nil, isImmediate: true, at: scene.now)
                }
                let revocation = try await scene.administration.revoke(active, at: scene.now)
                #expect(revocation.active != successor)
                #expect(try await scene.node().signing(at: scene.now) == revocation.active)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `another algorithm takes the place of a damaged successor`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            try await scene.damage(try await scene.key(.published).id)
            let rotation = try await scene.administration.rotate(to: .edDSA, isImmediate: true, at: scene.now)
            #expect(try await scene.node().signing(at: scene.now) == rotation.new)
        }
    }

    @Test(arguments: Engine.available)
    func `a successor that was withdrawn stays so when the clock goes back, and is erased`(
        _ engine: Engine
    ) async throws {
        try await KeyScene.with(engine) { scene in
            let withdrawn = try await scene.key(.published).id
            _ = try await scene.administration.rotate(to: .rs256, isImmediate: false, at: scene.now)
            scene.manual.step(by: .minutes(-4))
            #expect(try await scene.key(.gone).id == withdrawn)
            let node = try await scene.node()
            await node.rotation.turn()
            #expect(!node.published(at: scene.now).contains(withdrawn.text))
            #expect(try await scene.key(.gone).sealedPrivate.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a key that opens again is taken without a change in storage`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let successor = try await scene.key(.published)
            let both = try scene.secrets.adding(.random(), 2)
            let readable = Mutex(scene.secrets)
            let row = try SigningKey.make(
                .es256, life: KeyLife(publishedAt: scene.now), secrets: try both.activating(2))
            try await scene.database.administer { [now = scene.now] tx throws(StorageError) in
                _ = try tx.run(.withdraw(successor.id, at: now))
                try tx.run(.add(row))
            }
            let keys = try await KeyRing(
                scene.database, secrets: readable.withLock { $0 }, clock: scene.clock, logger: GrantScene.logger)
            #expect(!keys.current.isWhole(row.id) && keys.current.faults.count == 1)
            readable.withLock { $0 = both }
            try await keys.reload()
            #expect(keys.current.isWhole(row.id) && keys.current.faults.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a damaged key that signs refuses the start by its name, and revoking it helps`(_ engine: Engine) async throws
    {
        try await KeyScene.with(engine) { scene in
            let running = try await scene.node()
            let active = try await scene.key(.active).id
            try await scene.damage(active)
            let refusal = await #expect(throws: InvalidValue.self) { _ = try await scene.node() }
            #expect(refusal?.what == "signing key \(active)")
            #expect(refusal?.reason.contains("tykva key revoke") == true)
            // A node that has it open goes on.
            try await running.keys.reload()
            #expect(running.signing(at: scene.now) == active)
            let revocation = try await scene.administration.revoke(active, at: scene.now)
            #expect(try await scene.node().signing(at: scene.now) == revocation.active)
            try await running.keys.reload()
            #expect(running.signing(at: scene.now) == revocation.active)
        }
    }

    @Test(arguments: Engine.available)
    func `a node that knows a public half goes on when it is damaged, and it is found`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let node = try await scene.node()
            let (active, successor) = (try await scene.key(.active).id, try await scene.key(.published).id)
            for id in [active, successor] { try await scene.damage(id, .publicJWK) }
            try await node.keys.reload()
            #expect(node.signing(at: scene.now) == active)
            #expect(node.published(at: scene.now) == [active.text, successor.text])
            #expect(node.keys.current.faults.count == 2)
            #expect(try await scene.rows().flatMap { SigningKey.faults(of: $0, at: scene.now) }.count == 2)
            await #expect(throws: InvalidValue.self) { _ = try await scene.node() }
            let revocation = try await scene.administration.revoke(active, at: scene.now)
            try await node.keys.reload()
            #expect(node.signing(at: scene.now) == revocation.active)
            #expect(!node.published(at: scene.now).contains(active.text))
        }
    }

    @Test(arguments: Engine.available)
    func `a clock that was a year ahead delays nothing for a year`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let node = try await scene.node()
            scene.manual.step(by: .days(365))
            await node.rotation.turn()
            let active = try #require(node.signing(at: scene.now))
            scene.manual.step(by: .zero - .days(365))
            // The clock holds a step back of a minute, and follows a larger one.
            let back = try await scene.node()
            let before = try await scene.rows()
            await back.rotation.turn()
            scene.manual.advance(by: KeyRotation.doubt - .seconds(1))
            await back.rotation.turn()
            // It may have been set back for a moment alone.
            #expect(try await scene.rows() == before)
            scene.manual.advance(by: .seconds(1))
            await back.rotation.turn()
            #expect(back.signing(at: scene.now) == active)
            let plan = back.keys.current.plan(scene.times, at: scene.now)
            #expect(plan.rotationAt == scene.now + .days(30))
            // The key that it retired leaves when its tokens are dead, and not in a year.
            let retired = try await scene.key(.retiring)
            #expect(retired.life.goneAt == scene.now + KeyTimes.retirement)
            scene.manual.advance(by: KeyTimes.retirement)
            await back.rotation.turn()
            #expect(try await scene.key(.gone).id == retired.id)
            #expect(try await scene.key(.gone).sealedPrivate.isEmpty)
        }
    }
}
