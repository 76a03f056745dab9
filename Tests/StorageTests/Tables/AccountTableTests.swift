import OAuth
import StrictFormats
import TestSupport
import Testing

@testable import Storage

@Suite struct AccountTableTests {
    private static let now = RefreshScene.start

    private func add(_ name: String, _ email: String? = nil, to scene: RefreshScene) async throws -> Account? {
        let (name, email) = (try UserName(name), try email.map { text in try EmailAddress(text) })
        return try await scene.database.once(.add(.random(), name: name, displayName: nil, email: email, at: Self.now))
    }

    private func verify(_ user: UserID, in scene: RefreshScene) async throws {
        try await scene.database.once(
            Statement("UPDATE account SET email_verified_at = \(Self.now) WHERE id = \(user)"))
    }

    private func signIn(_ name: String, in scene: RefreshScene) async throws -> UserID? {
        try await scene.database.once(.signIn(name: try UserName(name)))?.id
    }

    @Test(arguments: Engine.available)
    func `a name is taken once, in whatever case or form`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let first = try #require(try await add("Zoé", to: scene))
            #expect(first.name == "Zoé")
            #expect(try await add("zoé", to: scene) == nil)
            #expect(try await add("ZOE\u{301}", to: scene) == nil)
            #expect(try await scene.database.once(.account(named: try UserName("zOe\u{301}")))?.id == first.id)
            #expect(try await add("Zoe", to: scene) != nil)
        }
    }

    @Test(arguments: Engine.available)
    func `people sign in by name, and by e-mail once it is verified`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let bert = try #require(try await add("bert", "Bert@Example.com", to: scene))
            #expect(try await signIn("BERT", in: scene) == bert.id)
            #expect(try await signIn("bert@example.com", in: scene) == nil)
            try await verify(bert.id, in: scene)
            #expect(try await signIn("bert@EXAMPLE.com", in: scene) == bert.id)
            #expect(try await signIn("bert@example.org", in: scene) == nil)
            try await scene.database.once(.setEmail(try EmailAddress("bert@example.org"), of: bert.id))
            #expect(try await signIn("bert@example.org", in: scene) == nil)
            #expect(try await signIn("bert@example.com", in: scene) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `a name wins over somebody else's e-mail`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let byMail = try #require(try await add("carl", "dora@example.com", to: scene))
            try await verify(byMail.id, in: scene)
            #expect(try await signIn("dora@example.com", in: scene) == byMail.id)
            let byName = try #require(try await add("dora@example.com", to: scene))
            #expect(try await signIn("dora@example.com", in: scene) == byName.id)
        }
    }

    @Test(arguments: Engine.available)
    func `an e-mail is unique once it is verified`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let first = try #require(try await add("first", "same@example.com", to: scene))
            let second = try #require(try await add("second", "SAME@example.com", to: scene))
            try await verify(first.id, in: scene)
            do {
                try await verify(second.id, in: scene)
                Issue.record("both are verified")
            } catch StorageError.constraint(let kind, _) {
                #expect(kind == .unique)
            }
            #expect(try await signIn("same@example.com", in: scene) == first.id)
        }
    }

    @Test(arguments: Engine.available)
    func `the sign-in record has what a sign-in compares`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let name = try UserName("anna")
            #expect(try await scene.database.once(.signIn(name: name))?.passwordHash == nil)
            try await scene.database.once(.setPasswordHash("hash 1", of: scene.user))
            _ = try await scene.database.once(.upgradePasswordHash(from: "hash 0", to: "hash 2", of: scene.user))
            #expect(try await scene.database.once(.signIn(name: name))?.passwordHash == "hash 1")
            _ = try await scene.database.once(.upgradePasswordHash(from: "hash 1", to: "hash 2", of: scene.user))
            #expect(try await scene.database.once(.signIn(name: name))?.passwordHash == "hash 2")
            #expect(try await scene.database.once(.signIn(name: name))?.isDisabled == false)
            #expect(try await scene.database.once(.disable(scene.user, at: Self.now)))
            #expect(try await scene.database.once(.signIn(name: name))?.isDisabled == true)
        }
    }

    @Test(arguments: Engine.available)
    func `public claims come back whole, from the account and from a rotation`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let name = try #require(AttributeName("name"))
            let roles = try #require(AttributeName("roles"))
            let claims = try PublicClaims([
                (name, .string("Anna \"=\n é")), (roles, .array([.string("a"), .string("b=c")])),
            ])
            try await scene.database.once(.setClaims(claims, of: scene.user))
            #expect(try await scene.database.once(.account(scene.user))?.claims == claims)
            let family = try await scene.families(1, at: 0)[0]
            let use = RefreshUse(
                family: family.key, generation: 0, key: 1, caller: scene.owner, newKey: 1, now: Self.now,
                newIdleExpiry: Self.now + .days(1))
            #expect(try await scene.database.once(.rotate(use))?.claims == claims)
        }
    }

    @Test(arguments: Engine.available)
    func `roles and attributes are set, listed and removed`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let user = scene.user
            let (a, b) = (try #require(RoleName("a")), try #require(RoleName("b")))
            for role in [b, a, b] { try await scene.database.once(.addRole(role, to: user)) }
            #expect(try await scene.database.once(.roles(of: user)) == [a, b])
            #expect(try await scene.database.once(.removeRole(a, from: user)))
            #expect(try await !scene.database.once(.removeRole(a, from: user)))
            let name = try #require(AttributeName("phone_number"))
            try await scene.database.once(.setAttribute(name, to: "\"1\"", of: user))
            try await scene.database.once(.setAttribute(name, to: "\"2\"", of: user))
            let attributes = try await scene.database.once(.attributes(of: user))
            #expect(attributes.map(\.json) == ["\"2\""])
            #expect(attributes.first?.definition.class == .personal)
            #expect(try await scene.database.once(.removeAttribute(name, of: user)))
            #expect(try await scene.database.once(.attributes(of: user)).isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `pages of users hold everybody once`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            for number in 0..<23 { _ = try await add("user-\(number)", to: scene) }
            var seen: [String] = []
            var after = ""
            while true {
                let page = try await scene.database.once(.accounts(after: after, limit: 5))
                guard let last = page.last else { break }
                seen += page.map(\.name)
                after = try UserName(last.name).key
            }
            #expect(seen.count == 24)
            #expect(Set(seen).count == 24)
            #expect(seen == seen.sorted())
        }
    }
}
