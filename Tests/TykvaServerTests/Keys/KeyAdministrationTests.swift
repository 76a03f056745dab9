import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct KeyAdministrationTests {
    @Test(arguments: Engine.available)
    func `a rotation waits until the successor was public for a day`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let (start, new) = (scene.now, try await scene.key(.published))
            scene.manual.advance(by: .hours(3))
            let rotation = try await scene.administration.rotate(to: nil, isImmediate: false, at: scene.now)
            #expect(!rotation.isDone && rotation.new == new.id)
            #expect(rotation.at == new.life.publishedAt + .hours(24))
            let node = try await scene.node()
            await node.rotation.turn()
            #expect(node.signing(at: scene.now) == rotation.old)
            scene.manual.advance(by: .hours(21) + .milliseconds(1))
            await node.rotation.turn()
            #expect(node.signing(at: scene.now) == rotation.new)
            // And not again.
            scene.manual.advance(by: .days(29))
            await node.rotation.turn()
            #expect(node.signing(at: scene.now) == rotation.new)
            #expect(scene.now.since(start) > 0)
        }
    }

    @Test(arguments: Engine.available)
    func `a rotation of a successor that is known for long is done at once, without a server`(
        _ engine: Engine
    ) async throws {
        try await KeyScene.with(engine) { scene in
            scene.manual.advance(by: .days(2))
            let rotation = try await scene.administration.rotate(to: nil, isImmediate: false, at: scene.now)
            #expect(rotation.isDone && rotation.unknownUntil == nil)
            #expect(try await scene.key(.active).id == rotation.new)
            #expect(try await scene.key(.retiring).id == rotation.old)
        }
    }

    @Test(arguments: Engine.available)
    func `an emergency rotation is at once, and tells until when the key is new to services`(
        _ engine: Engine
    ) async throws {
        try await KeyScene.with(engine) { scene in
            let first = try await scene.administration.rotate(to: nil, isImmediate: true, at: scene.now)
            #expect(first.isDone && first.unknownUntil != nil)
            scene.manual.advance(by: KeyTimes.leastPublication + .seconds(1))
            let second = try await scene.administration.rotate(to: nil, isImmediate: true, at: scene.now)
            #expect(second.isDone && second.unknownUntil == nil)
            #expect(second.old == first.new)
            let node = try await scene.node()
            #expect(node.signing(at: scene.now) == second.new)
            #expect(node.published(at: scene.now).count == 4)
        }
    }

    @Test(arguments: Engine.available)
    func `another algorithm is published first, and both are in the set while it changes`(
        _ engine: Engine
    ) async throws {
        try await KeyScene.with(engine) { scene in
            let withdrawn = try await scene.key(.published).id
            scene.manual.advance(by: .days(3))
            let rotation = try await scene.administration.rotate(to: .edDSA, isImmediate: false, at: scene.now)
            #expect(!rotation.isDone && rotation.at == scene.now + .hours(24))
            #expect(try await scene.key(.gone).id == withdrawn)
            let node = try await scene.node()
            let published = node.keys.current.published(at: scene.now)
            #expect(published.map(\.algorithm) == [.es256, .edDSA])
            scene.manual.advance(by: .hours(24))
            await node.rotation.turn()
            #expect(node.keys.current.active(at: scene.now)?.algorithm == .edDSA)
            #expect(try await scene.key(.published).algorithm == .edDSA)
            #expect(try await scene.key(.retiring).algorithm == .es256)
        }
    }

    @Test(arguments: Engine.available)
    func `a change of mind takes the other algorithm back`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            _ = try await scene.administration.rotate(to: .rs256, isImmediate: false, at: scene.now)
            let back = try await scene.administration.rotate(to: .es256, isImmediate: false, at: scene.now)
            #expect(back.algorithm == .es256)
            #expect(try await scene.key(.published).id == back.new)
            #expect(try await scene.rows().count { $0.life.state(at: scene.now) == .gone } == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `revoking the key that signs promotes the successor and publishes another`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let (old, next) = (try await scene.key(.active).id, try await scene.key(.published).id)
            let node = try await scene.node()
            scene.manual.advance(by: .days(1))
            let revocation = try await scene.administration.revoke(old, at: scene.now)
            #expect(revocation.was == .active && revocation.active == next && revocation.unknownUntil == nil)
            try await node.keys.reload()
            #expect(node.signing(at: scene.now) == next)
            let third = try await scene.key(.published).id
            #expect(node.published(at: scene.now) == [next.text, third.text])
            // Nothing of it is believed any more, not even a hint.
            #expect(node.keys.current.key(old.text, mayBeGone: true, at: scene.now) == nil)
            await #expect(throws: InvalidValue.self) { _ = try await scene.administration.revoke(old, at: scene.now) }
            #expect(try await scene.events() == [.keyAdded: 3, .keyActivated: 2, .keyRevoked: 1])
        }
    }

    @Test(arguments: Engine.available)
    func `an order under a clock that was a year ahead does not wait for a year`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            _ = try await scene.administration.rotate(
                to: .edDSA, isImmediate: false, at: scene.now + .days(365))
            let node = try await scene.node()
            await node.rotation.turn()
            scene.manual.advance(by: KeyRotation.doubt)
            await node.rotation.turn()
            #expect(node.keys.current.plan(scene.times, at: scene.now).rotationAt == scene.now + .hours(24))
            let again = try await scene.administration.rotate(to: .edDSA, isImmediate: false, at: scene.now)
            #expect(again.at == scene.now + .hours(24))
            scene.manual.advance(by: .hours(24))
            await node.rotation.turn()
            #expect(node.keys.current.active(at: scene.now)?.algorithm == .edDSA)
        }
    }

    @Test(arguments: Engine.available)
    func `a key that is retired or revoked is believed for as long as it is told`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let old = try await scene.key(.active).id
            let revocation = try await scene.administration.revoke(old, at: scene.now)
            // From a node that is cut off, just before it notices, with the whole max-age.
            let last = scene.now + KeyTimes.trust + KeyTimes.keySetMaxAge
            #expect(revocation.believedUntil == last)
            #expect(try await scene.key(.gone).life.tokensAliveUntil == last)
        }
    }

    @Test(arguments: Engine.available)
    func `of two operators who rotate at once the slower one is told, and rotates no further`(
        _ engine: Engine
    ) async throws {
        try await KeyScene.with(engine) { scene in
            let slow = HeldDatabase(scene.database, holdsWrites: true)
            let held = KeyAdministration(slow, secrets: scene.secrets, times: scene.times)
            let now = scene.now
            let second = Task { try await held.rotate(to: nil, isImmediate: true, at: now) }
            await slow.isHeld()
            let first = try await scene.administration.rotate(to: nil, isImmediate: true, at: scene.now)
            slow.release()
            let refusal = await #expect(throws: InvalidValue.self) { _ = try await second.value }
            #expect(refusal?.reason.contains("\(first.new)") == true)
            #expect(try await scene.key(.active).id == first.new)
        }
    }

    @Test(arguments: Engine.available)
    func `a successor that has come in between is not promoted at once`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let active = try await scene.key(.active).id
            let slow = HeldDatabase(scene.database, holdsWrites: true)
            let held = KeyAdministration(slow, secrets: scene.secrets, times: scene.times)
            let now = scene.now
            let second = Task { try await held.rotate(to: nil, isImmediate: true, at: now) }
            await slow.isHeld()
            let key = try OutsideKey(OutsideKeyTests.jwk(of: try KeyMaterial.make(.es256)), for: nil)
            let next = try await scene.administration.adopt(key, at: now).key
            slow.release()
            await #expect(throws: InvalidValue.self) { _ = try await second.value }
            #expect(try await scene.key(.active).id == active)
            #expect(try await scene.key(.published).id == next)
        }
    }

    @Test(arguments: Engine.available)
    func `no key is written that is sealed under a master secret of before`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let both = try scene.secrets.adding(.random(), 2)
            let secrets = SecretAdministration(scene.database)
            #expect(try await secrets.register(2, of: both, at: scene.now))
            #expect(try await secrets.activate(2, of: both, at: scene.now))
            let late = KeyAdministration(scene.database, secrets: both, times: scene.times)
            let before = try await scene.rows()
            await #expect(throws: StorageError.self) {
                _ = try await late.rotate(to: nil, isImmediate: true, at: scene.now)
            }
            #expect(try await scene.rows() == before)
            let now = KeyAdministration(scene.database, secrets: try both.activating(2), times: scene.times)
            _ = try await now.rotate(to: nil, isImmediate: true, at: scene.now)
        }
    }

    @Test(arguments: Engine.available)
    func `a successor, a retiring key and a gone one can be revoked too`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let administration = scene.administration
            let successor = try await scene.key(.published).id
            let first = try await administration.revoke(successor, at: scene.now)
            #expect(first.was == .published && first.signedSince == nil)
            #expect(try await scene.key(.published).id != successor)
            let rotation = try await administration.rotate(to: nil, isImmediate: true, at: scene.now)
            let retiring = try await administration.revoke(rotation.old, at: scene.now)
            #expect(retiring.was == .retiring && retiring.active == rotation.new)
            let other = try await administration.rotate(to: nil, isImmediate: true, at: scene.now)
            scene.manual.advance(by: .hours(2))
            #expect(try await administration.revoke(other.old, at: scene.now).was == .gone)
            let unknown = try #require(KeyID("nonsense"))
            await #expect(throws: InvalidValue.self) { _ = try await administration.revoke(unknown, at: scene.now) }
        }
    }

    @Test(arguments: Engine.available)
    func `of many operators and nodes at once each finds an order, and two keys are left`(_ engine: Engine) async throws
    {
        try await KeyScene.with(engine) { scene in
            let node = try await scene.node()
            let old = try await scene.key(.active).id
            scene.manual.advance(by: .days(30))
            let done = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let done = try? await scene.administration.rotate(to: nil, isImmediate: true, at: scene.now)
                        return done == nil ? 0 : 1
                    }
                }
                group.addTask {
                    await node.rotation.turn()
                    return 0
                }
                return await group.reduce(0, +)
            }
            // The node's turn was one too, or came too late.
            let count = try await scene.rows().count
            #expect((done...done + 1).contains(count - 2))
            #expect(try await scene.key(.active).id != old)
            _ = try await scene.key(.published)
        }
    }

    @Test func `an outside key of an exponent that verifiers refuse is refused`() async throws {
        try await KeyScene.with(.sqlite) { scene in
            let before = try await scene.rows()
            let key = try OutsideKeyTests.key(OutsideKeyFiles.rsaExponent3, for: .rs256)
            let refusal = await #expect(throws: InvalidValue.self) {
                _ = try await scene.administration.adopt(key, at: scene.now)
            }
            #expect(refusal?.reason.contains("verifiers would not take") == true)
            #expect(try await scene.rows() == before)
        }
    }

    @Test(arguments: Engine.available)
    func `an outside key becomes the successor, once`(_ engine: Engine) async throws {
        try await KeyScene.with(engine) { scene in
            let material = try KeyMaterial.make(.ps256)
            let key = try OutsideKey(OutsideKeyTests.jwk(of: material), for: nil)
            let before = try await scene.key(.published).id
            let adoption = try await scene.administration.adopt(key, at: scene.now)
            #expect(try await scene.key(.published).id == adoption.key)
            #expect(adoption.replaced == before && adoption.activeAlgorithm == .es256)
            let active = try #require(try await scene.key(.active).life.activeAt)
            #expect(adoption.at == max(active + scene.times.rotation, scene.now + scene.times.publication))
            #expect(try await scene.key(.gone).life.activeAt == nil)
            await #expect(throws: InvalidValue.self) { _ = try await scene.administration.adopt(key, at: scene.now) }
            _ = try await scene.administration.rotate(to: nil, isImmediate: true, at: scene.now)
            #expect(try await scene.node().keys.current.active(at: scene.now)?.algorithm == .ps256)
        }
    }
}
