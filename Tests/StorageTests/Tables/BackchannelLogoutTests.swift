import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

/// Whatever ends a session tells the applications in it, in the same transaction.
@Suite(.timeLimit(.minutes(15))) struct BackchannelLogoutTests {
    private static let (start, later) = (SingleSignOnScene.start, SingleSignOnScene.later)

    enum End: CaseIterable {
        case session, sessionsOfUser, disabling, removal, staleTheft, theftOfUser
    }

    private func apply(_ end: End, _ session: SessionID, _ family: NewFamily, in scene: SingleSignOnScene) async throws
    {
        let (user, caller) = (scene.user, scene.scene.owner)
        try await scene.database.write { tx throws(StorageError) in
            let event = Event(at: Self.later, type: .sessionEnded, user: user)
            switch end {
            case .session: _ = try tx.endSession(session, .endedByPerson, at: Self.later, event)
            case .sessionsOfUser: _ = try tx.endSessions(ofUser: user, .passwordChanged, at: Self.later, event)
            case .disabling: _ = try tx.disable(user, at: Self.later, event)
            case .removal: try tx.removeUser(user, event)
            case .staleTheft, .theftOfUser:
                try tx.run(Statement("UPDATE token_family SET generation = 5 WHERE id = \(family.id)"))
                let use = RefreshUse(
                    family: family.id, generation: 1, key: 1, caller: caller, newKey: 1, now: Self.later,
                    newIdleExpiry: Self.later + .days(1))
                _ = try tx.decide(
                    use,
                    RefreshRules(
                        window: .standard, thefts: .init(late: .family, stale: end == .staleTheft ? .session : .user),
                        epoch: 1, requestID: ""))
            }
        }
    }

    @Test(arguments: Engine.available, End.allCases)
    func `each application of the sessions that wants to know is told once, and never again`(
        _ engine: Engine, _ end: End
    ) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let family = try scene.family(in: session)
            try await scene.begin(
                family, scene.family(in: session), scene.family(in: session, of: scene.other))
            let expired = try #require(try await scene.signIn("two"))
            try await scene.begin(scene.family(in: expired, lifetime: .minutes(1)))
            let revoked = try #require(try await scene.signIn("three"))
            let gone = try scene.family(in: revoked)
            try await scene.begin(gone)
            #expect(try await scene.database.once(.revokeFamily(gone.id, of: scene.shop, at: Self.start)))
            let left = try #require(try await scene.signIn("four"))
            try await scene.begin(scene.family(in: left))
            _ = try await scene.signOut(left, at: Self.start)
            try await scene.database.once(Statement("DELETE FROM outbox"))

            try await apply(end, session, family, in: scene)
            let notices = try await scene.notices()
            // With those whose families ended or expired: their own sign-ins may go on.
            let all = end == .session || end == .staleTheft ? [session] : [session, expired, revoked]
            #expect(Set(notices.map(\.session)) == Set(all))
            #expect(notices.count == all.count)
            #expect(Set(notices.map(\.client)) == [scene.shop])
            #expect(Set(notices.map(\.user)) == [scene.user])
            #expect(Set(notices.map(\.uri.text)) == ["https://shop.example/out"])
            let message = try #require(try await scene.database.once(.messages(limit: 9)).first)
            #expect(message.client == scene.shop)
            let events = try await scene.database.once(.events(EventFilter()))
            #expect(events.contains { $0.id == message.event && $0.type != .signInSucceeded })
        }
    }

    @Test(arguments: Engine.available)
    func `a late theft ends a family only, and tells nobody`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            let family = try scene.family(in: session)
            try await scene.begin(family)
            let caller = scene.scene.owner
            try await scene.database.write { tx throws(StorageError) in
                try tx.run(Statement("UPDATE token_family SET generation = 2 WHERE id = \(family.id)"))
                let use = RefreshUse(
                    family: family.id, generation: 1, key: 1, caller: caller, newKey: 1, now: Self.later,
                    newIdleExpiry: Self.later + .days(1))
                _ = try tx.decide(use, RefreshRules(window: .standard, thefts: .standard, epoch: 1, requestID: ""))
            }
            #expect(try await scene.hasEnded(family))
            #expect(try await scene.notices().isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `an end that is rolled back tells nobody`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let session = try #require(try await scene.signIn("one"))
            try await scene.begin(scene.family(in: session))
            await #expect(throws: StorageError.conflict(reason: "a test")) {
                try await scene.database.write { tx throws(StorageError) in
                    _ = try tx.signOut(session, at: Self.later, Event(at: Self.later, type: .signedOut))
                    throw .conflict(reason: "a test")
                }
            }
            #expect(try await scene.notices().isEmpty)
            #expect(try await scene.found("one") != nil)
        }
    }

    @Test(arguments: Engine.available)
    func `a great many sessions are told of`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            for number in 0..<101 {
                let session = try #require(try await scene.signIn("\(number)"))
                try await scene.begin(scene.family(in: session))
            }
            let ended = try await scene.database.write { tx throws(StorageError) in
                try tx.endSessions(
                    ofUser: scene.user, .endedByOperator, at: Self.later, Event(at: Self.later, type: .sessionEnded))
            }
            #expect(ended.count == 101)
            #expect(Set(try await scene.notices().map(\.session)) == Set(ended))
        }
    }

    @Test func `a payload is read as it was written, and nothing else is`() throws {
        let notice = BackchannelLogoutNotice(
            client: try ClientID.sample("shop"), user: .random(), session: .random(),
            uri: try BackchannelLogoutURI("https://shop.example/out?a=b"))
        #expect(BackchannelLogoutNotice(payload: notice.payload) == notice)
        for other in ["", "{}", "[]", notice.payload + "x", notice.payload.replacing("https", with: "ftp")] {
            #expect(BackchannelLogoutNotice(payload: other) == nil)
        }
    }
}
