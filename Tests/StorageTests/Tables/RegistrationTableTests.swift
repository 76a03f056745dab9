import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct RegistrationTableTests {
    private static let start = RefreshScene.start

    private static func wish(_ email: String, at now: Milliseconds = start) throws -> NewRegistration {
        NewRegistration(
            email: try EmailAddress(email), displayName: "Nora", language: "ru", query: "client_id=x", createdAt: now)
    }

    private static func ask(
        _ wish: NewRegistration, _ database: any Database, _ bounds: RegistrationBounds = .init()
    ) async throws -> RegistrationOutcome {
        try await database.write { tx throws(StorageError) in
            try tx.ask(for: wish, bounds, told: Event(at: wish.createdAt, type: .registrationRequested))
        }
    }

    @Test(arguments: Engine.available)
    func `a registration is used once, in half an hour, by its last link`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let database = scene.database
            let wish = try Self.wish("nora@example.com")
            #expect(try await Self.ask(wish, database) == .waiting)
            let mail = try #require(try await database.once(.messages(limit: 9)).first)
            #expect(mail.event == wish.id)
            let (first, last) = (TokenHash(of: "first"), TokenHash(of: "last"))
            let end = Self.start + .minutes(30)
            for hash in [first, last] {
                #expect(try await database.once(.setLink(hash, ofRegistration: wish.id, at: Self.start)))
            }
            #expect(try await database.once(.registration(link: first, at: Self.start)) == nil)
            #expect(try await database.once(.registration(link: last, at: end)) == nil)
            let open = try #require(try await database.once(.registration(link: last, at: Self.start)))
            #expect(open.email.text == "nora@example.com")
            #expect((open.displayName, open.language, open.query) == ("Nora", "ru", "client_id=x"))
            let uses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        let taken = try await database.write { tx throws(StorageError) in
                            try tx.takeRegistration(last, at: Self.start)
                        }
                        return taken == nil ? 0 : 1
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(uses == 1)
            #expect(try await !database.once(.setLink(first, ofRegistration: wish.id, at: Self.start)))
            #expect(try await database.once(.registration(wish.id, at: Self.start)) == nil)
            #expect(try await database.once(.forgetExpiredRegistrations(at: end)) == 0, "nothing is left to forget")
        }
    }

    @Test(arguments: Engine.available)
    func `an address is written to seldom, and so many wait at most`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let database = scene.database
            var bounds = RegistrationBounds()
            bounds.mailsADay = 3
            var outcomes: [RegistrationOutcome] = []
            for minutes in [0, 9, 10, 20, 30, 60 * 24 - 1, 60 * 24 + 1] {
                outcomes.append(
                    try await Self.ask(
                        Self.wish("Nora@example.com", at: Self.start + .minutes(Int64(minutes))), database, bounds))
            }
            #expect(outcomes == [.waiting, .tooSoon, .waiting, .waiting, .tooSoon, .tooSoon, .waiting])
            let later = Self.start + .days(10)
            bounds.waiting = 2
            for (name, outcome) in [("a", RegistrationOutcome.waiting), ("b", .waiting), ("c", .tooMany)] {
                #expect(try await Self.ask(Self.wish("\(name)@example.com", at: later), database, bounds) == outcome)
            }
            // One that was used does not wait any more.
            let used = TokenHash(of: "used")
            let another = try Self.wish("d@example.com", at: later + .minutes(31))
            #expect(try await Self.ask(another, database, bounds) == .waiting)
            let isTaken = try await database.write { tx throws(StorageError) in
                _ = try tx.run(.setLink(used, ofRegistration: another.id, at: another.createdAt))
                return try tx.takeRegistration(used, at: another.createdAt) != nil
            }
            #expect(isTaken)
            bounds.waiting = 1
            let free = try Self.wish("c@example.com", at: later + .minutes(31))
            #expect(try await Self.ask(free, database, bounds) == .waiting)
            // What is personal goes first, the address a day later.
            #expect(try await database.once(.forgetExpiredRegistrations(at: later + .minutes(31))) == 6)
            #expect(try await database.once(.forgetExpiredRegistrations(at: later + .minutes(31))) == 0)
            #expect(try await database.once(.removeRegistrations(createdBefore: later)) == 4)
            #expect(try await database.once(.registration(free.id, at: later + .minutes(31)))?.displayName == "Nora")
        }
    }

    @Test(arguments: Engine.available)
    func `who has an account hears so, at the address that they have proved and no other`(
        _ engine: Engine
    ) async throws {
        try await RefreshScene.with(engine) { scene in
            let database = scene.database
            let email = try EmailAddress("anna@example.com")
            try await database.once(.setVerifiedEmail(email, of: scene.user, at: Self.start))
            for minutes in [Int64(0), 1, 10] {
                let wish = try Self.wish("ANNA@example.com", at: Self.start + .minutes(minutes))
                #expect(try await Self.ask(wish, database) == .hasAccount)
            }
            #expect(try await database.once(.messages(limit: 9)).count == 2, "every ten minutes")
            for minutes in stride(from: Int64(20), through: 200, by: 10) {
                let wish = try Self.wish("anna@example.com", at: Self.start + .minutes(minutes))
                #expect(try await Self.ask(wish, database) == .hasAccount)
            }
            #expect(try await database.once(.messages(limit: 9)).count == 5, "five times in a day")
            let name = try UserName("boris@example.com")
            try await database.write { tx throws(StorageError) in
                _ = try tx.run(.add(.random(), name: name, displayName: nil, email: nil, at: Self.start))
            }
            #expect(try await Self.ask(Self.wish(name.text), database) == .nameTaken)
            #expect(try await database.once(.messages(limit: 9)).count == 5)
        }
    }
}
