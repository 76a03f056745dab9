import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite struct AttributeTableTests {
    @Test(arguments: Engine.available)
    func `the attributes that are there from the start have their classes`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let attributes = try await scene.database.once(.attributes)
            let `public` = attributes.filter { $0.class == .public }.map(\.name.text)
            #expect(`public` == ["groups", "name", "preferred_username", "roles"])
            let personal = attributes.filter { $0.class == .personal }.map(\.name.text)
            #expect(personal == ["address", "birthdate", "email", "phone_number"])
            #expect(attributes.allSatisfy { $0.isBuiltIn })
        }
    }

    @Test(arguments: Engine.available)
    func `an attribute is in use while a user has it or a client names it`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let name = try #require(AttributeName("team"))
            let definition = AttributeDefinition(name: name, class: .public, type: .string, isBuiltIn: false)
            #expect(try await scene.database.once(.define(definition)))
            #expect(try await !scene.database.once(.define(definition)))
            #expect(try await !scene.database.once(.isInUse(name)))

            try await scene.database.once(.setAttribute(name, to: "\"a\"", of: scene.user))
            #expect(try await scene.database.once(.isInUse(name)))
            await #expect(throws: StorageError.self) { try await scene.database.once(.removeAttribute(name)) }
            #expect(try await scene.database.once(.removeAttribute(name, of: scene.user)))

            try await scene.database.once(.addClaim(name, to: scene.owner.client))
            #expect(try await scene.database.once(.isInUse(name)))
            await #expect(throws: StorageError.self) { try await scene.database.once(.removeAttribute(name)) }
            try await scene.database.once(.removeClaims(of: scene.owner.client))

            #expect(try await !scene.database.once(.isInUse(name)))
            #expect(try await scene.database.once(.removeAttribute(name)))
            #expect(try await !scene.database.once(.removeAttribute(name)))
        }
    }

    @Test(arguments: Engine.available)
    func `what is there from the start is not removed`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let name = try #require(AttributeName("birthdate"))
            #expect(try await !scene.database.once(.removeAttribute(name)))
            #expect(try await scene.database.once(.attributes).contains { $0.name == name })
        }
    }
}
