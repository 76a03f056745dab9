import Logging
import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct ExpiredRowsTests {
    @Test(arguments: Engine.available)
    func `of two nodes one removes, however much there is, and the other not before it is due again`(
        _ engine: Engine
    ) async throws {
        try await engine.withDatabase { database in
            let manual = ManualClock()
            let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
            try await Schema.migrator.migrate(database, at: manual.now.value)
            let old = manual.now - .days(2)
            try await database.write { tx throws(StorageError) in
                for _ in 0..<1200 { try tx.run(.record(Event(at: old, type: .signInFailed))) }
            }
            let nodes = (0..<2).map { _ in
                ExpiredRows(
                    database: database, clock: clock, eventRetention: .days(1), keyMemory: .days(1),
                    logger: Logger(label: "test"))
            }
            #expect(try await nodes[0].removeWhenDue())
            #expect(try await database.once(.events(EventFilter(limit: 2000))).isEmpty)
            #expect(try await !nodes[1].removeWhenDue())
            manual.advance(by: ExpiredRows.interval)
            #expect(try await nodes[1].removeWhenDue())
        }
    }

    @Test(arguments: Engine.available)
    func `one-time values go when they are over, used codes a day later`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let manual = ManualClock()
            let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
            try await Schema.migrator.migrate(database, at: manual.now.value)
            let (start, hash) = (manual.now, TokenHash(of: "value"))
            let user = UserID.random()
            let name = try UserName("anna")
            let shop = try #require(ClientID("shop"))
            let signedIn = AccessTokenClaims.Authentication(time: start, methods: ["pwd"])
            let session = NewBrowserSession(
                user: user, cookie: hash, authentication: signedIn, createdAt: start,
                idleExpiresAt: start + .days(30), expiresAt: start + .days(30),
                holder: Holder(address: .unknown, agent: UserAgent("")), device: hash, language: "en")
            let code = NewAuthorizationCode(
                hash: hash, client: shop, user: user, session: session.id, redirectURI: "https://a.example/",
                codeChallenge: "c", scope: .empty, authentication: signedIn, createdAt: start,
                expiresAt: start + .seconds(60))
            try await database.write { tx throws(StorageError) in
                _ = try tx.run(.add(user, name: name, displayName: nil, email: nil, at: start))
                let client = Client(id: shop, authentication: .none, grants: [], createdAt: start)
                _ = try tx.add(client, Event(at: start, type: .clientAdded))
                _ = try tx.signIn(
                    session, replacing: nil, checked: nil, forgetting: [], Event(at: start, type: .signInSucceeded))
                _ = try tx.issue(code)
                try tx.run(
                    .push(
                        .init(
                            hash: hash, client: shop, parameters: "", createdAt: start, expiresAt: start + .seconds(60))
                    ))
                _ = try tx.run(.useAssertion(hash, expiresAt: start + .seconds(60), at: start))
            }
            let node = ExpiredRows(
                database: database, clock: clock, eventRetention: .days(90), keyMemory: .days(90),
                logger: Logger(label: "test"))
            manual.advance(by: .seconds(61))
            #expect(try await node.removeWhenDue())
            // A second use would be noticed still.
            #expect(try await database.once(.authorizationCode(hash)) != nil)
            #expect(try await database.once(.pushedRequest(hash, of: shop, at: start)) == nil)
            #expect(try await database.once(.useAssertion(hash, expiresAt: manual.now, at: start)))
            manual.advance(by: ExpiredRows.codeMemory)
            #expect(try await node.removeWhenDue())
            #expect(try await database.once(.authorizationCode(hash)) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `mails that nobody could send go after 30 days, and no sooner`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let manual = ManualClock()
            let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
            try await Schema.migrator.migrate(database, at: manual.now.value)
            let start = manual.now
            let (user, name) = (UserID.random(), try UserName("anna"))
            let email = try EmailAddress("anna@example.com")
            try await database.write { tx throws(StorageError) in
                _ = try tx.run(.add(user, name: name, displayName: nil, email: email, at: start))
                try tx.run(.setVerifiedEmail(email, of: user, at: start))
                for _ in 0..<700 {
                    try tx.recordAndTell(Event(at: start, type: .newDevice, user: user), .newDevice, to: user)
                }
            }
            let node = ExpiredRows(
                database: database, clock: clock, eventRetention: .days(400), keyMemory: .days(90),
                logger: Logger(label: "test"))
            manual.advance(by: .days(30) - .seconds(1))
            #expect(try await node.removeWhenDue())
            #expect(try await OutboxAdministration(database).count(.waiting) == 700)
            #expect(try await database.once(.events(EventFilter(type: .messageGivenUp))).isEmpty)
            manual.advance(by: ExpiredRows.interval)
            #expect(try await node.removeWhenDue())
            #expect(try await OutboxAdministration(database).count(.waiting) == 0)
            let told = try await database.once(.events(EventFilter(type: .messageGivenUp)))
            #expect(told.map(\.detail) == [#"{"messages":700}"#])
        }
    }

    /// A transaction that saw a webhook may be committed after its removal.
    @Test(arguments: Engine.available)
    func `messages to a webhook that is gone are removed`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let manual = ManualClock()
            let clock = DeploymentClock(wall: { manual.now }, monotonic: { manual.monotonic })
            try await Schema.migrator.migrate(database, at: manual.now.value)
            let start = manual.now
            let webhooks = [WebhookID.random(), .random()]
            for id in webhooks {
                let url = try WebhookURL("https://hooks.example/")
                try await database.once(
                    .insert(Webhook(id: id, url: url, allowsPrivate: false, sealedSecret: [1], createdAt: start)))
            }
            try await database.write { tx throws(StorageError) in
                for _ in 0..<600 { try tx.run(.record(Event(at: start, type: .signInFailed))) }
            }
            #expect(try await database.once(.remove(webhooks[0])))
            let node = ExpiredRows(
                database: database, clock: clock, eventRetention: .days(90), keyMemory: .days(90),
                logger: Logger(label: "test"))
            #expect(try await node.removeWhenDue())
            #expect(try await database.once(.waitingMessages(to: webhooks[0])) == 0)
            #expect(try await database.once(.waitingMessages(to: webhooks[1])) == 600)
        }
    }
}
