import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// What a node that is cut off from the others goes on to believe, and for how long.
@Suite(.timeLimit(.minutes(15))) struct ClientDirectoryTests {
    private let manual = ManualClock()
    private let shop: ClientID

    init() throws { shop = try TestServer.clientID("shop") }

    @Test(arguments: Engine.available)
    func `a replaced secret is remembered for 10 s at most without word from the store`(_ engine: Engine) async throws {
        try await with(engine) { directory, database in
            directory.confirm(at: manual.monotonic)
            #expect(try await directory.client(shop)?.authentication == Self.secret("old"))
            try await Self.setSecret("new", of: shop, in: database)
            manual.advance(by: .seconds(10))
            #expect(try await directory.client(shop)?.authentication == Self.secret("old"))
            manual.advance(by: .milliseconds(1))
            #expect(try await directory.client(shop)?.authentication == Self.secret("new"))
        }
    }

    @Test(arguments: Engine.available)
    func `and where the store does not answer, nobody is known after that`(_ engine: Engine) async throws {
        try await with(engine) { directory, database in
            directory.confirm(at: manual.monotonic)
            let known = try await directory.client(shop)
            await database.close()
            let remembered = try await directory.client(shop)
            #expect(known?.id == shop && remembered?.id == shop)
            manual.advance(by: .milliseconds(10_001))
            await #expect(throws: StorageError.closed) { _ = try await directory.client(shop) }
        }
    }

    @Test(arguments: Engine.available)
    func `what nobody has ever confirmed is not remembered`(_ engine: Engine) async throws {
        try await with(engine) { directory, database in
            #expect(try await directory.client(shop)?.authentication == Self.secret("old"))
            try await Self.setSecret("new", of: shop, in: database)
            #expect(try await directory.client(shop)?.authentication == Self.secret("new"))
        }
    }

    private func with(
        _ engine: Engine, _ body: (ClientDirectory, any Database) async throws -> Void
    ) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: 0)
            let client = Client(
                id: shop, authentication: Self.secret("old"), isFirstParty: true, grants: [.clientCredentials],
                audiences: [], scope: try #require(Scope("orders:read")), createdAt: manual.now)
            let event = Event(at: manual.now, type: .clientAdded, client: shop)
            _ = try await database.administer { tx throws(StorageError) in try tx.add(client, event) }
            let clock = DeploymentClock(wall: { [manual] in manual.now }, monotonic: { [manual] in manual.monotonic })
            try await body(ClientDirectory(database, clock: clock), database)
        }
    }

    private static func secret(_ text: String) -> Client.Authentication { .secret(hash: TokenHash(of: text).bytes) }

    private static func setSecret(_ text: String, of client: ClientID, in database: any Database) async throws {
        try await database.once(
            Statement("UPDATE client SET secret_hash = \(TokenHash(of: text).bytes) WHERE id = \(client)"))
    }
}
