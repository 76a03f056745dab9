import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct UserInfoTests {
    private static let (start, later) = (SingleSignOnScene.start, SingleSignOnScene.later)

    private func userInfo(
        _ scene: SingleSignOnScene, _ session: SessionID, _ family: NewFamily, of client: ClientID? = nil,
        for user: UserID? = nil, at now: Milliseconds = start
    ) async throws -> UserInfoRecord? {
        let (user, client, token) = (user ?? scene.user, client ?? scene.shop, AccessTokenID(family: family.id))
        let record = try await scene.database.read { tx throws(StorageError) in
            try tx.userInfo(user, session: session, client: client, token: token, at: now)
        }
        let claims = try await scene.database.once(
            .liveClaims(user, session: session, client: client, token: token, at: now))
        #expect(claims == record?.requestedClaims)
        return record
    }

    @Test(arguments: Engine.available)
    func `a record holds the account, its attributes with their classes, and the claims asked for`(
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
            let family = try scene.family(in: session, claims: ["birthdate", "plan"])
            let plain = try scene.family(in: session)
            let others = try scene.family(in: session, of: scene.other, claims: ["other"])
            try await scene.begin(family, plain, ended, others)
            #expect(try await scene.database.once(.revokeFamily(ended.id, of: scene.shop, at: Self.start)))
            #expect(try await userInfo(scene, session, ended) == nil, "although others of the client live")
            #expect(try await userInfo(scene, session, plain)?.requestedClaims == [])
            let record = try #require(try await userInfo(scene, session, family))
            #expect(record.account.id == scene.user)
            #expect(record.account.name == "anna")
            #expect(record.attributes.map(\.definition.name) == [birthdate, groups])
            #expect(record.attributes.map(\.definition.class) == [.personal, .public])
            #expect(record.requestedClaims == ["birthdate", "plan"])
            #expect(try await userInfo(scene, session, others, of: scene.other)?.requestedClaims == ["other"])
        }
    }

    @Test(arguments: Engine.available)
    func `nothing is told without a living family of the client in the session`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let another = try #require(try await scene.signIn("two"))
            let family = try scene.family(in: session, lifetime: .hours(1))
            #expect(try await userInfo(scene, session, family) == nil)
            try await scene.begin(family)
            #expect(try await userInfo(scene, session, family) != nil)
            #expect(try await userInfo(scene, another, family) == nil)
            #expect(try await userInfo(scene, session, family, of: scene.other) == nil)
            #expect(try await userInfo(scene, .random(), family) == nil)
            #expect(try await userInfo(scene, session, family, at: Self.start + .hours(1)) == nil)
            let berta = try await scene.addUser("berta")
            #expect(try await userInfo(scene, session, family, for: berta) == nil)
            #expect(try await scene.database.once(.revokeFamily(family.id, of: scene.shop, at: Self.start)))
            #expect(try await userInfo(scene, session, family) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `an ended session and a disabled user are told of no more; signing out leaves what is offline`(
        _ engine: Engine
    ) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let offline = try scene.family(in: session, scope: "openid offline_access")
            let online = try scene.family(in: session, of: scene.other)
            try await scene.begin(offline, online)
            _ = try await scene.signOut(session)
            #expect(try await userInfo(scene, session, offline) != nil)
            #expect(try await userInfo(scene, session, online, of: scene.other) == nil)
            try await scene.database.once(Statement("UPDATE account SET disabled_at = 1 WHERE id = \(scene.user)"))
            #expect(try await userInfo(scene, session, offline) == nil)
            #expect(try await scene.database.once(.enable(scene.user)))
            #expect(try await scene.database.once(.endSession(session, .endedByPerson, at: Self.later)))
            #expect(try await userInfo(scene, session, offline) == nil)
        }
    }
}
