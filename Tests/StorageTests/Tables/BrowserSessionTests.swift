import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct BrowserSessionTests {
    private static let (start, later) = (SingleSignOnScene.start, SingleSignOnScene.later)

    @Test(arguments: Engine.available)
    func `a cookie opens its session, and no other does`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let found = try #require(try await scene.found("one"))
            #expect(found.id == session)
            #expect(found.user == scene.user)
            #expect(found.userName == "anna")
            #expect(found.authentication == SingleSignOnScene.password)
            #expect(found.idleExpiresAt == Self.start + .hours(12))
            #expect(found.expiresAt == Self.start + .days(30))
            #expect(found.seenAt == Self.start)
            #expect(try await scene.found("two") == nil)
            #expect(try await scene.events(.signInSucceeded).map(\.session) == [session])
        }
    }

    @Test(arguments: Engine.available)
    func `a session lives until either lifetime is over, its user is disabled or it ends`(_ engine: Engine) async throws
    {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let (idle, end) = (Self.start + .hours(12), Self.start + .days(30))
            #expect(try await scene.found("one", at: idle - .milliseconds(1)) != nil)
            #expect(try await scene.found("one", at: idle) == nil)
            #expect(
                try await scene.database.once(
                    .touch(session, by: RefreshScene.away, idleExpiresAt: .init(.max), at: Self.later)))
            #expect(try await scene.found("one", at: end - .milliseconds(1))?.seenAt == Self.later)
            #expect(try await scene.found("one", at: end) == nil)
            #expect(
                try await !scene.database.once(
                    .touch(session, by: RefreshScene.away, idleExpiresAt: .init(.max), at: end)))

            let listing = try #require(
                try await scene.database.once(.sessions(of: scene.user, before: nil, limit: 9)).first)
            #expect(listing.browser?.seen == RefreshScene.away)
            #expect(listing.browser?.seenAt == Self.later)
            #expect(listing.authentication == SingleSignOnScene.password)
            #expect(listing.isSignedIn(at: Self.later))
            #expect(!listing.isSignedIn(at: end))

            try await scene.database.once(
                Statement("UPDATE account SET disabled_at = 1 WHERE id = \(scene.user)"))
            #expect(try await scene.found("one") == nil)
            #expect(try await scene.database.once(.enable(scene.user)))
            #expect(try await scene.found("one") != nil)
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.endSession(
                    session, .endedByPerson, at: Self.later, Event(at: Self.later, type: .sessionEnded))
            }
            #expect(try await scene.found("one") == nil)
            #expect(
                try await !scene.database.once(
                    .touch(session, by: RefreshScene.home, idleExpiresAt: end, at: Self.later)))
        }
    }

    @Test(arguments: Engine.available)
    func `the same person goes on in their session, under a new cookie`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let family = try scene.family(in: session)
            try await scene.begin(family)
            #expect(try await scene.signIn("two", replacing: session, at: Self.later) == session)
            #expect(try await scene.found("one", at: Self.later) == nil)
            let found = try #require(try await scene.found("two", at: Self.later))
            #expect(found.id == session)
            #expect(found.createdAt == Self.start)
            #expect(found.authentication.time == Self.later)
            #expect(found.expiresAt == Self.later + .days(30))
            #expect(try await !scene.hasEnded(family))
            #expect(try await scene.notices().isEmpty)
            #expect(try await scene.events(.signInSucceeded).map(\.session) == [session, session])
        }
    }

    @Test(arguments: Engine.available)
    func `another person signs the former one out, and begins anew`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let (online, offline) = (
                try scene.family(in: session), try scene.family(in: session, scope: "offline_access")
            )
            try await scene.begin(online, offline)
            let berta = try await scene.addUser("berta")
            let hers = try #require(try await scene.signIn("two", as: berta, replacing: session, at: Self.later))
            #expect(hers != session)
            #expect(try await scene.found("one", at: Self.later) == nil)
            #expect(try await scene.found("two", at: Self.later)?.user == berta)
            #expect(try await scene.hasEnded(online))
            #expect(try await !scene.hasEnded(offline))
            #expect(try await scene.notices().map(\.session) == [session])
            let event = try #require(try await scene.events(.signedOut).first)
            #expect(event.user == scene.user)
            #expect(event.session == session)
        }
    }

    @Test(arguments: Engine.available)
    func `a session that lives no more is not gone on in`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let ended = try #require(try await scene.signIn("one"))
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.endSession(ended, .endedByPerson, at: Self.later, Event(at: Self.later, type: .sessionEnded))
            }
            let idle = try #require(try await scene.signIn("two"))
            let late = Self.start + .hours(12)
            for former in [ended, idle, .random()] {
                let new = try #require(try await scene.signIn("new \(former)", replacing: former, at: late))
                #expect(new != former)
            }
            #expect(try await scene.events(.signedOut).isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `nobody signs in who is disabled or has another password, and the former stays signed in`(
        _ engine: Engine
    ) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let berta = try await scene.addUser("berta")
            try await scene.database.once(.setPasswordHash("another", of: berta))
            #expect(try await scene.signIn("two", as: berta, replacing: session) == nil)
            #expect(try await scene.signIn("two", as: .random(), replacing: session) == nil)
            #expect(try await scene.found("one")?.id == session)
            #expect(try await scene.found("two") == nil)
            #expect(try await scene.events(.signInSucceeded).count == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `signing out ends what is not offline, tells the applications, and happens once`(_ engine: Engine) async throws
    {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let online = try scene.family(in: session)
            let alike = try scene.family(in: session, scope: "my_offline_access offline_access_not x")
            let offline = try scene.family(in: session, scope: "openid offline_access email")
            let untold = try scene.family(in: session, of: scene.other)
            try await scene.begin(online, alike, offline, untold)
            #expect(try await scene.signOut(session))
            #expect(try await !scene.signOut(session))
            #expect(try await scene.found("one") == nil)
            for family in [online, alike, untold] { #expect(try await scene.hasEnded(family)) }
            #expect(try await !scene.hasEnded(offline))
            let uri = try BackchannelLogoutURI("https://shop.example/out")
            #expect(
                try await scene.notices() == [
                    BackchannelLogoutNotice(client: scene.shop, user: scene.user, session: session, uri: uri)
                ])
            #expect(try await scene.events(.signedOut).count == 1)
            let listings = try await scene.database.once(.sessions(of: scene.user, before: nil, limit: 9))
            #expect(listings.allSatisfy { $0.signedOutAt == Self.later && $0.endedAt == nil })
            #expect(listings.allSatisfy { !$0.isSignedIn(at: Self.later) })
            #expect(listings.first { $0.family?.key == online.id }?.family?.endReason == "signed_out")
            // Ending the session later ends what went on.
            let isEnded = try await scene.database.write { tx throws(StorageError) in
                try tx.endSession(
                    session, .endedByPerson, at: Self.later, Event(at: Self.later, type: .sessionEnded))
            }
            #expect(isEnded)
            #expect(try await scene.hasEnded(offline))
            #expect(try await scene.notices().count == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `nothing begins in a session that is signed out`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let code = try scene.code("code", in: session)
            let early = try scene.code("early", in: session)
            #expect(try await scene.issue(early))
            _ = try await scene.signOut(session)
            #expect(try await !scene.issue(code))
            let family = try scene.family(in: session)
            let outcome = try await scene.database.write { tx throws(StorageError) in
                try tx.redeem(early.hash, family, at: Self.start, Event(at: Self.start, type: .codeRedeemed))
            }
            #expect(outcome == .over)
            #expect(try await scene.scene.count(.familyCount) == 0)
        }
    }
}
