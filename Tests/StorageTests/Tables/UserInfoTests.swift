import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct UserInfoTests {
    private static let (start, later) = (SingleSignOnScene.start, SingleSignOnScene.later)

    private func userInfo(
        _ scene: SingleSignOnScene, _ session: SessionID, of client: ClientID? = nil, at now: Milliseconds = start
    ) async throws -> UserInfoRecord? {
        let client = client ?? scene.shop
        let record = try await scene.database.read { tx throws(StorageError) in
            try tx.userInfo(scene.user, session: session, client: client, at: now)
        }
        let isLive = try await scene.database.once(.isLive(scene.user, session: session, client: client, at: now))
        #expect(isLive == (record != nil))
        return record
    }

    @Test(arguments: Engine.available)
    func `a record holds the account, its attributes with their classes, and all claims asked for`(
        _ engine: Engine
    ) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let birthdate = try #require(AttributeName("birthdate"))
            let groups = try #require(AttributeName("groups"))
            try await scene.database.write { tx throws(StorageError) in
                try tx.run(.setAttribute(birthdate, to: "\"1990-01-01\"", of: scene.user))
                try tx.run(.setAttribute(groups, to: "[]", of: scene.user))
            }
            let ended = try scene.family(in: session, claims: ["ended"])
            try await scene.begin(
                scene.family(in: session, claims: ["birthdate", "plan"]), scene.family(in: session),
                scene.family(in: session, claims: ["email", "plan"]), ended,
                scene.family(in: session, of: scene.other, claims: ["other"]))
            #expect(try await scene.database.once(.revokeFamily(ended.id, of: scene.shop, at: Self.start)))
            let record = try #require(try await userInfo(scene, session))
            #expect(record.account.id == scene.user)
            #expect(record.account.name == "anna")
            #expect(record.attributes.map(\.definition.name) == [birthdate, groups])
            #expect(record.attributes.map(\.definition.class) == [.personal, .public])
            #expect(record.requestedClaims.sorted() == ["birthdate", "email", "plan"])
            #expect(try await userInfo(scene, session, of: scene.other)?.requestedClaims == ["other"])
        }
    }

    @Test(arguments: Engine.available)
    func `nothing is told without a living family of the client in the session`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let another = try #require(try await scene.signIn("two"))
            #expect(try await userInfo(scene, session) == nil)
            let family = try scene.family(in: session, lifetime: .hours(1))
            try await scene.begin(family)
            #expect(try await userInfo(scene, session) != nil)
            #expect(try await userInfo(scene, another) == nil)
            #expect(try await userInfo(scene, session, of: scene.other) == nil)
            #expect(try await userInfo(scene, .random()) == nil)
            #expect(try await userInfo(scene, session, at: Self.start + .hours(1)) == nil)
            let berta = try await scene.addUser("berta")
            #expect(
                try await !scene.database.once(.isLive(berta, session: session, client: scene.shop, at: Self.start)))
            #expect(try await scene.database.once(.revokeFamily(family.id, of: scene.shop, at: Self.start)))
            #expect(try await userInfo(scene, session) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `an ended session and a disabled user are told of no more; signing out leaves what is offline`(
        _ engine: Engine
    ) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            try await scene.begin(
                scene.family(in: session, scope: "openid offline_access"),
                scene.family(in: session, of: scene.other))
            _ = try await scene.signOut(session)
            #expect(try await userInfo(scene, session) != nil)
            #expect(try await userInfo(scene, session, of: scene.other) == nil)
            try await scene.database.once(Statement("UPDATE account SET disabled_at = 1 WHERE id = \(scene.user)"))
            #expect(try await userInfo(scene, session) == nil)
            #expect(try await scene.database.once(.enable(scene.user)))
            #expect(try await scene.database.once(.endSession(session, .endedByPerson, at: Self.later)))
            #expect(try await userInfo(scene, session) == nil)
        }
    }
}
