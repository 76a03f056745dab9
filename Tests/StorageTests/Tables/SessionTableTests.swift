import OAuth
import TestSupport
import Testing

@testable import Storage

/// Whatever ends a session, user or client ends their families in the same transaction.
@Suite struct SessionTableTests {
    private static let later = RefreshScene.start + .minutes(5)

    private func ended(_ scene: RefreshScene, _ family: RefreshScene.Family) async throws -> FamilyState {
        try #require(try await scene.row(family.key))
    }

    @Test(arguments: Engine.available)
    func `ending a session ends its families, once`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let families = try await scene.families(2, at: 3)
            let (mine, other) = (families[0], families[1])
            let event = Event(at: Self.later, type: .sessionEnded, user: scene.user, session: mine.session)
            let isEnded = try await scene.database.write { tx throws(StorageError) in
                try tx.endSession(mine.session, .endedByOperator, at: Self.later, event)
            }
            #expect(isEnded)
            #expect(try await ended(scene, mine).hasEnded)
            #expect(try await ended(scene, mine).sessionHasEnded)
            #expect(try await !ended(scene, other).hasEnded)
            #expect(try await !ended(scene, other).sessionHasEnded)
            let again = Event(at: Self.later, type: .sessionEnded, session: mine.session)
            let isEndedAgain = try await scene.database.write { tx throws(StorageError) in
                try tx.endSession(mine.session, .revoked, at: Self.later, again)
            }
            #expect(!isEndedAgain)
            let events = try await scene.database.once(.events(EventFilter(type: .sessionEnded)))
            #expect(events.map(\.id) == [event.id])
            let listing = try await scene.database.once(.sessions(of: scene.user, before: nil, limit: 10))
            #expect(listing.first { $0.session == mine.session }?.endReason == EndReason.endedByOperator.rawValue)
            #expect(listing.first { $0.session == mine.session }?.family?.endReason == "operator")
        }
    }

    @Test(arguments: Engine.available)
    func `an end that is rolled back leaves session and families alive`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 0)[0]
            await #expect(throws: StorageError.conflict(reason: "a test")) {
                try await scene.database.write { tx throws(StorageError) in
                    _ = try tx.endSession(
                        family.session, .revoked, at: Self.later, Event(at: Self.later, type: .sessionEnded))
                    throw .conflict(reason: "a test")
                }
            }
            #expect(try await !ended(scene, family).hasEnded)
            #expect(try await !ended(scene, family).sessionHasEnded)
            #expect(try await scene.database.once(.events(EventFilter(type: .sessionEnded))).isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `disabling a user ends all of theirs, and enabling brings nothing back`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let families = try await scene.families(3, at: 1)
            let event = Event(at: Self.later, type: .userDisabled, user: scene.user)
            let disable = { @Sendable (tx: any Transaction) throws(StorageError) in
                try tx.disable(scene.user, at: Self.later, event)
            }
            #expect(try await scene.database.write(disable))
            #expect(try await !scene.database.write(disable))
            #expect(try await scene.database.once(.enable(scene.user)))
            for family in families {
                let row = try await ended(scene, family)
                #expect(row.hasEnded)
                #expect(row.sessionHasEnded)
                #expect(!row.userIsDisabled)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `nothing begins for a disabled user`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.disable(scene.user, at: Self.later, Event(at: Self.later, type: .userDisabled))
            }
            let session = NewSession(
                id: .random(), user: scene.user, authentication: .init(time: Self.later, methods: ["pwd"]),
                createdAt: Self.later, expiresAt: Self.later + .days(1), holder: RefreshScene.home)
            let isBegun = try await scene.database.write { tx throws(StorageError) in
                try tx.begin(session, nil, checked: nil, Event(at: Self.later, type: .signInSucceeded))
            }
            #expect(!isBegun)
            #expect(try await scene.count(.sessionCount) == 0)
            #expect(try await scene.database.once(.events(EventFilter(type: .signInSucceeded))).isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `no family begins in an ended session`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 0)[0]
            #expect(try await scene.database.once(.takeForNewFamily(family.session)))
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.endSession(family.session, .revoked, at: Self.later, Event(at: Self.later, type: .sessionEnded))
            }
            #expect(try await !scene.database.once(.takeForNewFamily(family.session)))
            #expect(try await !scene.database.once(.takeForNewFamily(.random())))
        }
    }

    @Test(arguments: Engine.available)
    func `removing a user removes all of theirs, and events keep the id`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 0)[0]
            let event = Event(at: Self.later, type: .userRemoved, user: scene.user)
            try await scene.database.write { tx throws(StorageError) in try tx.removeUser(scene.user, event) }
            #expect(try await scene.row(family.key) == nil)
            #expect(try await scene.count(.sessionCount) == 0)
            #expect(try await scene.database.once(.account(scene.user)) == nil)
            #expect(try await scene.database.once(.events(EventFilter(user: scene.user))).map(\.id) == [event.id])
        }
    }

    @Test(arguments: Engine.available)
    func `removing a client removes its families and leaves the sessions`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let family = try await scene.families(1, at: 0)[0]
            let remove = { @Sendable (tx: any Transaction) throws(StorageError) in
                try tx.removeClient(scene.owner.client, Event(at: Self.later, type: .clientRemoved))
            }
            #expect(try await scene.database.write(remove))
            #expect(try await !scene.database.write(remove))
            #expect(try await scene.row(family.key) == nil)
            #expect(try await scene.count(.sessionCount) == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `pages of sessions hold every session once, newest first`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let families = try await scene.families(57, at: 0)
            let alone = NewSession(
                id: .random(), user: scene.user, authentication: .init(time: Self.later, methods: ["pwd"]),
                createdAt: Self.later, expiresAt: Self.later + .days(1), holder: RefreshScene.home)
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.begin(alone, nil, checked: nil, Event(at: Self.later, type: .signInSucceeded))
            }
            var seen: [SessionListing] = []
            var before: (Milliseconds, SessionID?)?
            while true {
                let page = try await scene.database.once(.sessions(of: nil, before: before, limit: 10))
                guard let last = page.last else { break }
                #expect(page.count <= 10)
                seen += page
                before = (last.createdAt, last.session)
            }
            #expect(seen.first?.session == alone.id)
            #expect(seen.first?.family == nil)
            #expect(seen.count == 58)
            #expect(Set(seen.map(\.session)) == Set(families.map(\.session) + [alone.id]))
            #expect(seen.dropFirst().allSatisfy { $0.family != nil && $0.userName == "anna" })
            #expect(try await scene.database.once(.sessions(of: .random(), before: nil, limit: 10)).isEmpty)
        }
    }
}
