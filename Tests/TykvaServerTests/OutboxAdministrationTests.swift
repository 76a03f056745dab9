import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct OutboxAdministrationTests {
    private static let start = ManualClock().now

    /// A store with the notice of one sign-out.
    private func withNotice(
        _ engine: Engine, _ body: (any Database, OutboxAdministration, MessageID) async throws -> Void
    ) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: Self.start.value)
            let (user, shop) = (UserID.random(), try #require(ClientID("shop")))
            let name = try UserName("anna")
            let holder = Holder(address: .unknown, agent: UserAgent(""))
            let signedIn = AccessTokenClaims.Authentication(time: Self.start, methods: ["pwd"])
            let session = NewSession(
                id: .random(), user: user, authentication: signedIn, createdAt: Self.start,
                expiresAt: Self.start + .days(1), holder: holder)
            let family = NewFamily(
                id: FamilyID.random().key, user: user, client: shop, session: session.id, scope: .empty, resources: [],
                tokenKey: 1, authentication: signedIn, createdAt: Self.start, idleExpiresAt: Self.start + .days(1),
                expiresAt: Self.start + .days(1), holder: holder)
            let client = Client(
                id: shop, authentication: .none, grants: [],
                backchannelLogoutURI: try BackchannelLogoutURI("https://shop.example/out"), createdAt: Self.start)
            try await database.write { tx throws(StorageError) in
                _ = try tx.run(.add(user, name: name, displayName: nil, email: nil, at: Self.start))
                _ = try tx.add(client, Event(at: Self.start, type: .clientAdded))
                _ = try tx.begin(session, family, checked: nil, Event(at: Self.start, type: .signInSucceeded))
                _ = try tx.signOut(session.id, at: Self.start, Event(at: Self.start, type: .signedOut))
            }
            let outbox = OutboxAdministration(database)
            let listed = try await outbox.page(.waiting, after: nil)
            #expect(listed.map(\.client) == [shop])
            #expect(listed.map(\.session) == [session.id])
            try await body(database, outbox, try #require(listed.first).id)
        }
    }

    @Test(arguments: Engine.available)
    func `a message that was given up is tried again when an operator wants it, and one that arrived is not`(
        _ engine: Engine
    ) async throws {
        try await withNotice(engine) { database, outbox, id in
            func claim() async throws -> DueMessage? {
                try await database.once(
                    .claim(.backchannelLogout, limit: 9, until: Self.start + .seconds(30), at: Self.start)
                ).first
            }
            let first = try #require(try await claim())
            #expect(try await database.once(.givenUp(first, "no answer", at: Self.start)))
            #expect(try await claim() == nil)
            try await outbox.retry(id, at: Self.start)
            let second = try #require(try await claim())
            #expect(try await database.once(.delivered(second, at: Self.start)))
            await #expect(throws: InvalidValue.self) { try await outbox.retry(id, at: Self.start) }
            let events = try await database.once(.events(EventFilter(type: .messageRetried)))
            #expect(events.map(\.client?.text) == ["shop"])
        }
    }

    @Test(arguments: Engine.available)
    func `a dropped message is gone, and the log says so`(_ engine: Engine) async throws {
        try await withNotice(engine) { database, outbox, id in
            try await outbox.drop(id, at: Self.start)
            #expect(try await outbox.page(MessageFilter(), after: nil).isEmpty)
            await #expect(throws: InvalidValue.self) { try await outbox.drop(id, at: Self.start) }
            await #expect(throws: InvalidValue.self) { try await outbox.retry(id, at: Self.start) }
            #expect(try await database.once(.events(EventFilter(type: .messageDropped))).count == 1)
        }
    }
}
