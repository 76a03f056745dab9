import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct AuthorizationCodeTests {
    private static let start = SingleSignOnScene.start

    private func issued(_ scene: SingleSignOnScene) async throws -> NewAuthorizationCode {
        let session = try #require(try await scene.signIn("cookie"))
        let code = try scene.code("code", in: session)
        #expect(try await scene.issue(code))
        return code
    }

    private func redeem(
        _ code: NewAuthorizationCode, _ family: NewFamily, in scene: SingleSignOnScene, at now: Milliseconds = start
    ) async throws -> CodeRedemption {
        try await scene.database.write { tx throws(StorageError) in
            try tx.redeem(code.hash, family, at: now, Event(at: now, type: .codeRedeemed, family: family.id))
        }
    }

    @Test(arguments: Engine.available)
    func `a code comes back as it was issued, and says what it has begun`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let code = try await issued(scene)
            let stored = try #require(try await scene.database.once(.authorizationCode(code.hash)))
            #expect(stored.issued == code)
            #expect(stored.usedAt == nil)
            #expect(stored.family == nil)
            #expect(try await scene.database.once(.authorizationCode(SingleSignOnScene.hash("other"))) == nil)

            let family = try scene.family(in: code.session, scope: "openid email", claims: code.userInfoClaims)
            guard case .begun(let live) = try await redeem(code, family, in: scene) else {
                Issue.record("nothing was begun")
                return
            }
            #expect(live.generation == 0)
            #expect(live.user == scene.user)
            #expect(live.session == code.session)
            #expect(live.scope == code.scope)
            let used = try #require(try await scene.database.once(.authorizationCode(code.hash)))
            #expect(used.usedAt == Self.start)
            #expect(used.family == family.id)
            #expect(try await scene.events(.codeRedeemed).map(\.family) == [family.id])
        }
    }

    @Test(arguments: Engine.available)
    func `a second use ends what the first began, whenever it comes`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let code = try await issued(scene)
            let family = try scene.family(in: code.session, scope: "offline_access")
            _ = try await redeem(code, family, in: scene)
            // Also past its expiry, and when the session is signed out.
            #expect(try await scene.signOut(code.session))
            #expect(try await !scene.hasEnded(family))
            let second = try await redeem(
                code, scene.family(in: code.session), in: scene, at: Self.start + .minutes(30))
            #expect(second == .used)
            #expect(try await scene.hasEnded(family))
            let third = try await redeem(code, scene.family(in: code.session), in: scene)
            #expect(third == .used)
            #expect(try await scene.scene.count(.familyCount) == 1)
            let events = try await scene.events(.codeReplayed)
            #expect(events.map(\.family) == [family.id])
            #expect(events.first?.user == scene.user)
        }
    }

    @Test(arguments: Engine.available)
    func `another client's request neither uses a code nor ends anything`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let code = try await issued(scene)
            let foreign = try scene.family(in: code.session, of: scene.other)
            #expect(try await redeem(code, foreign, in: scene) == .over)
            let family = try scene.family(in: code.session)
            guard case .begun = try await redeem(code, family, in: scene) else {
                Issue.record("the code was burnt")
                return
            }
            #expect(try await redeem(code, foreign, in: scene) == .over)
            #expect(try await !scene.hasEnded(family))
        }
    }

    @Test(arguments: Engine.available)
    func `an expired code is over, and so is one whose session has ended`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let code = try await issued(scene)
            let family = try scene.family(in: code.session)
            #expect(try await redeem(code, family, in: scene, at: code.expiresAt) == .over)
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.disable(scene.user, at: Self.start, Event(at: Self.start, type: .userDisabled))
            }
            #expect(try await redeem(code, family, in: scene) == .over)
            #expect(try await scene.scene.count(.familyCount) == 0)
            let another = try scene.code("another", in: code.session)
            #expect(try await !scene.issue(another))
        }
    }

    @Test(arguments: Engine.available)
    func `no code is issued in somebody else's session`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let code = try await issued(scene)
            let berta = try await scene.addUser("berta")
            let stolen = try scene.code("stolen", in: code.session, user: berta)
            #expect(try await !scene.issue(stolen))
        }
    }

    @Test(arguments: Engine.available)
    func `of fifty concurrent redemptions exactly one begins, and the others end it`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let code = try await issued(scene)
            let families = try (0..<50).map { _ in try scene.family(in: code.session) }
            let outcomes = try await withThrowingTaskGroup(of: CodeRedemption.self) { group in
                for family in families { group.addTask { try await redeem(code, family, in: scene) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let begun = outcomes.filter { if case .begun = $0 { true } else { false } }
            #expect(begun.count == 1)
            #expect(outcomes.count { $0 == .used } == 49)
            #expect(try await scene.scene.count(.familyCount) == 1)
            let stored = try #require(try await scene.database.once(.authorizationCode(code.hash)))
            let first = try #require(stored.family)
            #expect(try await scene.scene.row(first)?.hasEnded == true)
            #expect(try await scene.events(.codeReplayed).count == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `codes go with their client and with their user`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let code = try await issued(scene)
            let another = try scene.code("another", in: code.session, of: scene.other)
            #expect(try await scene.issue(another))
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.removeClient(scene.shop, Event(at: Self.start, type: .clientRemoved))
            }
            #expect(try await scene.database.once(.authorizationCode(code.hash)) == nil)
            #expect(try await redeem(code, scene.family(in: code.session), in: scene) == .over)
            #expect(try await scene.database.once(.authorizationCode(another.hash)) != nil)
            try await scene.database.write { tx throws(StorageError) in
                try tx.removeUser(scene.user, Event(at: Self.start, type: .userRemoved))
            }
            #expect(try await scene.database.once(.authorizationCode(another.hash)) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `a client that is removed under redemptions leaves no family`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("cookie"))
            let codes = try (0..<20).map { try scene.code("code \($0)", in: session) }
            for code in codes { _ = try await scene.issue(code) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for code in codes {
                    let family = try scene.family(in: session)
                    group.addTask { _ = try await redeem(code, family, in: scene) }
                }
                group.addTask {
                    _ = try await scene.database.administer { tx throws(StorageError) in
                        try tx.removeClient(scene.shop, Event(at: Self.start, type: .clientRemoved))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await scene.scene.count(.familyCount) == 0)
        }
    }
}
