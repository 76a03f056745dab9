import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct LinkTableTests {
    private static let (start, later) = (SingleSignOnScene.start, SingleSignOnScene.later)
    private static let value = SingleSignOnScene.hash("link")

    private func link(_ scene: SingleSignOnScene, _ purpose: LinkPurpose, _ hash: TokenHash = value) -> NewLink {
        NewLink(hash: hash, purpose: purpose, user: scene.user, event: .random(), createdAt: Self.start)
    }

    @Test(arguments: Engine.available)
    func `a link is good for one purpose, until it is used or over`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let database = scene.database
            try await database.once(.insert([link(scene, .notMe)]))
            let end = Self.start + LinkPurpose.notMe.lifetime
            #expect(try await database.once(.link(Self.value, for: .allIsWell, at: Self.start)) == nil)
            #expect(try await database.once(.link(Self.value, for: .notMe, at: end)) == nil)
            #expect(try await database.once(.link(Self.value, for: .notMe, at: Self.start))?.userName == "anna")
            #expect(try await !database.once(.useLink(Self.value, for: .allIsWell, at: Self.start)))
            #expect(try await !database.once(.useLink(Self.value, for: .notMe, at: end)))
            let uses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await database.once(.useLink(Self.value, for: .notMe, at: Self.start)) ? 1 : 0 }
                }
                return try await group.reduce(0, +)
            }
            #expect(uses == 1)
            try await database.once(.insert([link(scene, .notMe), link(scene, .resetPassword, .init(of: "2"))]))
            #expect(try await database.once(.removeExpiredLinks(at: Self.start + .minutes(30))) == 1)
            try await database.once(Statement("UPDATE account SET disabled_at = 1 WHERE id = \(scene.user)"))
            #expect(try await database.once(.link(Self.value, for: .notMe, at: Self.start)) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `an invitation to an address that is the account's no more is worth nothing`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let (database, user) = (scene.database, scene.user)
            let (mistyped, right) = (try EmailAddress("ana@example.com"), try EmailAddress("anna@example.com"))
            func accept(_ email: EmailAddress) async throws -> Bool {
                try await database.once(.insert([link(scene, .invitation)]))
                return try await database.write { tx throws(StorageError) in
                    try tx.acceptInvitation(
                        Self.value, of: user, email, to: "a hash", on: Self.value, at: Self.start,
                        Event(at: Self.start, type: .invitationAccepted, user: user))
                }
            }
            try await database.once(.setEmail(right, of: user))
            #expect(try await !accept(mistyped))
            #expect(try await database.once(.account(user))?.emailVerifiedAt == nil)
            try await database.once(Statement("DELETE FROM link"))
            #expect(try await accept(right))
        }
    }

    @Test(arguments: Engine.available)
    func `a notice and its mail are written with their event, or not at all`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let event = Event(at: Self.start, type: .passwordChanged, user: scene.user, client: scene.shop)
            await #expect(throws: StorageError.conflict(reason: "a test")) {
                try await scene.database.write { tx throws(StorageError) in
                    try tx.recordAndTell(event, .passwordChanged, to: scene.user)
                    throw .conflict(reason: "a test")
                }
            }
            #expect(try await scene.database.once(.notices(of: scene.user, limit: 9)).isEmpty)
            try await scene.database.write { tx throws(StorageError) in
                try tx.recordAndTell(event, .passwordChanged, to: scene.user)
            }
            #expect(try await scene.database.once(.messages(limit: 9)).isEmpty, "there is no address")
            let notice = try #require(try await scene.database.once(.notices(of: scene.user, limit: 9)).first)
            #expect(notice.kind == .passwordChanged)
            #expect(notice.event.id == event.id)
            let email = try EmailAddress("anna@example.com")
            try await scene.database.once(.setEmail(email, of: scene.user))
            try await scene.database.write { tx throws(StorageError) in
                try tx.recordAndTell(
                    Event(at: Self.start, type: .passwordResetRequested), .resetRequested, to: scene.user)
            }
            #expect(try await scene.database.once(.messages(limit: 9)).isEmpty, "the address is not proved")
            try await scene.database.once(.setVerifiedEmail(email, of: scene.user, at: Self.start))
            let asked = Event(
                at: Self.start, type: .passwordResetRequested, user: scene.user, onceKey: "reset \(scene.user)")
            for _ in 0..<2 {
                try await scene.database.write { tx throws(StorageError) in
                    try tx.recordOnceAndTell(asked, .resetRequested, to: scene.user)
                }
            }
            let mails = try await scene.database.once(.messages(limit: 9))
            #expect(mails.map(\.kind) == ["mail"])
            #expect(mails.first?.event == asked.id)
            let all = PersonMessageKind.allCases
            let unread = try await scene.database.once(.notices(of: scene.user, unread: all, limit: 9))
            #expect(unread.map(\.kind) == [.passwordChanged], "a request is no notice")
            let alarms = try await scene.database.once(.notices(of: scene.user, unread: [.theft], limit: 9))
            #expect(alarms.isEmpty)
            let (known, new) = (SingleSignOnScene.hash("known"), SingleSignOnScene.hash("new"))
            let home = Holder(address: .unknown, agent: UserAgent(""))
            try await scene.database.once(.addDevice(known, of: scene.user, by: home, at: Self.start - .seconds(1)))
            try await scene.database.once(.addDevice(new, of: scene.user, by: home, at: Self.start))
            func read(_ kinds: [PersonMessageKind]? = nil, on device: TokenHash) async throws -> Int {
                try await scene.database.once(
                    .readNotices(of: scene.user, kinds, on: device, through: Self.start, at: Self.later))
                return try await scene.database.once(.notices(of: scene.user, unread: all, limit: 9)).count
            }
            #expect(try await read([.theft], on: known) == 1)
            #expect(try await read(on: new) == 1, "a browser that came later")
            #expect(try await read(on: SingleSignOnScene.hash("nobody's")) == 1)
            #expect(try await read(on: known) == 0)
            #expect(try await scene.database.once(.notices(of: scene.user, unread: all, limit: 9)).isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a person is told of every browser but the first, once each`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            for (number, device) in ["one", "one", "two", "two", "one"].enumerated() {
                try await scene.signIn("cookie \(number)", on: device)
            }
            #expect(try await scene.events(.newDevice).count == 1)
            let other = try await scene.addUser("berta")
            try await scene.signIn("hers", as: other, on: "one")
            #expect(try await scene.events(.newDevice).count == 1, "another person's first is a first too")
            let (user, berta) = (scene.user, other)
            try await scene.database.write { tx throws(StorageError) in try tx.forgetDevices(of: user) }
            try await scene.signIn("after", on: "three")
            #expect(try await scene.events(.newDevice).count == 2, "that all are forgotten makes none the first")
            try await scene.signIn("shared", as: berta, on: "two")
            #expect(try await scene.events(.newDevice).count == 3, "a browser that another person has used")
            #expect(try await scene.database.once(.removeDevices(notSeenSince: Self.start)) == 0)
            #expect(
                try await scene.database.once(.removeDevices(notSeenSince: Self.later)) == 3,
                "one and two of berta, three")
        }
    }

    @Test func `a payload is read as it was written, and nothing else is`() throws {
        let (user, email) = (UserID.random(), try EmailAddress("anna@example.com"))
        let wish = RegistrationMessage(registration: .random())
        #expect(RegistrationMessage(payload: wish.payload) == wish)
        #expect(PersonMessage(payload: wish.payload) == nil)
        for kind in PersonMessageKind.allCases {
            for address in [nil, email] {
                let message = PersonMessage(kind: kind, user: user, address: address)
                #expect(PersonMessage(payload: message.payload) == message)
            }
        }
        let payload = PersonMessage(kind: .theft, user: user, address: email).payload
        let others = ["", "{}", payload + "x", payload.replacing("theft", with: "t"), payload.replacing("@", with: "")]
        for other in others {
            #expect(PersonMessage(payload: other) == nil)
        }
    }
}
