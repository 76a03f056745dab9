import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite struct ClientTableTests {
    private static let now = RefreshScene.start

    private func client(_ id: String, _ definitions: [AttributeDefinition]) throws -> Client {
        Client(
            id: try #require(ClientID(id)), authentication: .secret(hash: [UInt8](0..<32)), displayName: "Läden & Co",
            isFirstParty: true, grants: GrantType.allCases,
            audiences: [try #require(ServiceIdentifier("https://a.example")), try #require(ServiceIdentifier("b:c"))],
            resourceServers: [try #require(ServiceIdentifier("urn:self"))], scope: try #require(Scope("write read")),
            claims: try ClaimPolicy(["name", "roles"], definitions: definitions),
            redirectURIs: [
                try RegisteredRedirectURI("https://a.example/cb?x=1"), try RegisteredRedirectURI("com.example.app:/cb"),
            ],
            postLogoutRedirectURIs: [try RegisteredRedirectURI("https://a.example/bye")],
            backchannelLogoutURI: try BackchannelLogoutURI("https://a.example/out"), requiresPushedRequests: true,
            createdAt: Self.now)
    }

    private func find(_ id: ClientID, in scene: RefreshScene) async throws -> Client? {
        try await scene.database.read { tx throws(StorageError) in try tx.client(id) }
    }

    @Test(arguments: Engine.available)
    func `a client comes back as it was written, and as it was changed`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let definitions = try await scene.database.once(.attributes)
            let full = try client("full", definitions)
            let event = Event(at: Self.now, type: .clientAdded, client: full.id)
            let add = { @Sendable (tx: any Transaction) throws(StorageError) in try tx.add(full, event) }
            #expect(try await scene.database.write(add))
            #expect(try await find(full.id, in: scene) == full)
            #expect(try await !scene.database.write(add))
            #expect(try await scene.database.once(.events(EventFilter(type: .clientAdded))).count == 1)

            let bare = Client(id: full.id, authentication: .none, grants: [.clientCredentials], createdAt: Self.now)
            let isUpdated = try await scene.database.write { tx throws(StorageError) in
                try tx.update(bare, Event(at: Self.now, type: .clientChanged))
            }
            #expect(isUpdated)
            #expect(try await find(full.id, in: scene) == bare)
        }
    }

    @Test(arguments: Engine.available, [ClientKeys.set(#"{"keys":[]}"#), .url("https://a.example/keys")])
    func `a client's keys come back, and stand where no secret fits`(_ engine: Engine, _ keys: ClientKeys) async throws
    {
        try await RefreshScene.with(engine) { scene in
            let client = Client(
                id: try #require(ClientID("keys")), authentication: .privateKeyJWT(keys), grants: [],
                createdAt: Self.now)
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.add(client, Event(at: Self.now, type: .clientAdded))
            }
            #expect(try await find(client.id, in: scene) == client)
            let hash = try await scene.database.once(
                Statement("SELECT secret_hash FROM client WHERE id = \(client.id)") { rows throws(StorageError) in
                    try rows[0].optionalBytes("secret_hash")
                })
            #expect(hash == [])
        }
    }

    @Test(arguments: Engine.available)
    func `a client that is not there is not changed, and nothing is told`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let absent = Client(
                id: try #require(ClientID("absent")), authentication: .none, grants: [], createdAt: Self.now)
            #expect(try await find(absent.id, in: scene) == nil)
            let isUpdated = try await scene.database.write { tx throws(StorageError) in
                try tx.update(absent, Event(at: Self.now, type: .clientChanged))
            }
            #expect(!isUpdated)
            let isRemoved = try await scene.database.write { tx throws(StorageError) in
                try tx.removeClient(absent.id, Event(at: Self.now, type: .clientRemoved))
            }
            #expect(!isRemoved)
            #expect(try await scene.database.once(.events(EventFilter())).isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `clients are listed in the order of their ids`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let clients = try await scene.database.once(.clients())
            #expect(clients.map(\.id.text) == ["other", "shop"])
        }
    }
}
