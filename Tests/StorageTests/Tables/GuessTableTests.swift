import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct GuessTableTests {
    private static let start = SingleSignOnScene.start

    private func keys(_ name: String, _ address: String = "192.0.2.7") throws -> [GuessKey] {
        let (name, address) = (try UserName(name), try #require(NetworkAddress(address)))
        return [.account(name), .account(name, from: address), .network(address)]
    }

    @Test(arguments: Engine.available)
    func `wrong guesses are counted, and begin anew a day after the last`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let (database, keys) = (scene.database, try keys("anna"))
            #expect(try await database.once(.guesses(keys, at: Self.start)).isEmpty)
            for count in Int64(1)...3 {
                #expect(try await database.once(.countFailure(keys[0], at: Self.start))?.failures == count)
            }
            let later = Self.start + .hours(23)
            #expect(try await database.once(.countFailure(keys[0], at: later))?.failures == 4)
            let found = try await database.once(.guesses(keys, at: later))
            let over = later + GuessPolicy.memory
            #expect(found == [keys[0].hash: FailureRecord(failures: 4, lastFailedAt: later, expiresAt: over)])
            #expect(try await database.once(.guesses(keys, at: over)).isEmpty)
            #expect(try await database.once(.countFailure(keys[0], at: over))?.failures == 1)
            #expect(try await database.once(.removeExpiredGuesses(at: over)) == 0)
            #expect(try await database.once(.removeExpiredGuesses(at: over + GuessPolicy.memory)) == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `the store counts what is forgotten one by one as the policy does`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let address = try #require(NetworkAddress("192.0.2.7"))
            var random = SeededRandom(seed: 7)
            for key in [GuessKey.network(address), .reset(from: address)] {
                let policy = key.kind.policy
                var (expected, now) = (FailureRecord?.none, Self.start)
                for step in 0..<400 {
                    // Mostly at once, so that it is full at times, and at times for so long that it is empty.
                    now = now + .milliseconds(step % 50 == 49 ? 7_000_000 : Int.random(in: 0..<50_000, using: &random))
                    expected = policy.adding(1, to: expected, at: now)
                    #expect(try await scene.database.once(.countFailure(key, at: now)) == expected)
                    let found = try await scene.database.once(.guesses([key], at: now))
                    #expect(found[key.hash] == expected)
                }
            }
        }
    }

    @Test(arguments: Engine.available)
    func `of many at once no more are counted than are free, and what is refused writes nothing`(
        _ engine: Engine
    ) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let key = GuessKey.reset(from: try #require(NetworkAddress("192.0.2.7")))
            @Sendable func count(at now: Milliseconds) async throws -> Bool {
                try await scene.database.writeAgain { tx throws(StorageError) in
                    try tx.run(.countWithinFree(key, at: now)) != nil
                }
            }
            let counted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<60 { group.addTask { try await count(at: Self.start) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(counted == 20)
            let next = Self.start + .minutes(1)
            #expect(try await !count(at: next - .milliseconds(1)))
            let record = try await scene.database.once(.guesses([key], at: next))[key.hash]
            #expect(record?.lastFailedAt == Self.start)
            #expect(try await count(at: next))
            #expect(try await !count(at: next))
            let back = Self.start - .days(1)
            #expect(try await count(at: back), "the clock went back")
            #expect(try await !count(at: back), "full, of that time")
            #expect(try await count(at: back + .minutes(1)))
        }
    }

    @Test(arguments: Engine.available)
    func `of many failures at once none is lost, in whatever order their keys come`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let (database, keys) = (scene.database, try keys("anna"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    let mine = number % 2 == 0 ? keys : keys.reversed()
                    group.addTask {
                        try await database.writeAgain { tx throws(StorageError) in
                            try tx.countFailures(mine, telling: nil, at: Self.start)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let found = try await database.once(.guesses(keys, at: Self.start))
            #expect(found.count == 3)
            #expect(found.values.allSatisfy { $0.failures == 40 })
        }
    }

    @Test(arguments: Engine.available)
    func `a lockout is told once a day, when the account's own pause is longer than a minute`(
        _ engine: Engine
    ) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let keys = try keys("anna")
            func fail(_ user: UserID?, day: Int64 = 0) async throws {
                let now = Self.start + .days(day)
                let event = user.map { Event(at: now, type: .lockout, user: $0, onceKey: "lockout \($0) \(day)") }
                try await scene.database.write { tx throws(StorageError) in
                    try tx.countFailures(keys, telling: event, at: now)
                }
            }
            for _ in 0..<35 { try await fail(scene.user) }
            #expect(try await scene.events(.lockout).isEmpty, "the pause is 32 s")
            for _ in 0..<5 { try await fail(scene.user) }
            #expect(try await scene.events(.lockout).count == 1)
            let notices = try await scene.database.once(.notices(of: scene.user, unread: [.lockout], limit: 9))
            #expect(notices.count == 1)
            for _ in 0..<40 { try await fail(nil, day: 2) }
            #expect(try await scene.events(.lockout).count == 1, "nobody's account has no event")
            for _ in 0..<2 { try await fail(scene.user, day: 2) }
            #expect(try await scene.events(.lockout).count == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `what is counted for an account goes with its name and its proven address`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let database = scene.database
            try await database.once(.setEmail(EmailAddress("anna@example.com"), of: scene.user))
            let device = GuessKey.device(.init(of: "one"), of: try UserName("anna"))
            let (name, address) = (try keys("anna") + [device], try keys("anna@example.com"))
            let other = try keys("boris")
            for key in Set(name + address + other) { _ = try await database.once(.countFailure(key, at: Self.start)) }
            func forget() async throws -> Int {
                try await database.write { tx throws(StorageError) in
                    guard let account = try tx.run(.account(scene.user)) else { return -1 }
                    return try tx.forgetGuesses(of: account)
                }
            }
            #expect(try await forget() == 3, "an address that is not proven is nobody's")
            let now = Self.start
            try await database.once(
                Statement("UPDATE account SET email_verified_at = \(now) WHERE id = \(scene.user)"))
            let session = GuessKey.session(.random(), of: scene.user)
            _ = try await database.once(.countFailure(session, at: now))
            _ = try await database.once(.countFailure(.session(.random(), of: .random()), at: now))
            let account = try #require(
                try await database.read { tx throws(StorageError) in
                    try tx.run(.account(scene.user))
                })
            #expect(
                try await database.once(.guesses(of: account, at: now)).map(\.kind.rawValue).sorted() == [
                    "account", "account_network", "device",
                ])
            #expect(try await forget() == 3)
            #expect(try await database.once(.guesses(other, at: now)).count == 3, "boris and the network stay")
        }
    }

    @Test(arguments: Engine.available)
    func `the table is bounded, and a flood pushes out no lockout`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let database = scene.database
            let held = try keys("anna")[0]
            for _ in 0..<40 { _ = try await database.once(.countFailure(held, at: Self.start)) }
            try await database.write { tx throws(StorageError) in
                for number in 0..<1300 {
                    guard let name = try? UserName("name \(number)") else { return }
                    _ = try tx.run(.countFailure(.account(name), at: Self.start + .minutes(5)))
                }
            }
            #expect(try await database.once(.guessCount) == 1301)
            #expect(try await database.once(.removeOldestGuesses(limit: 1301)) == 500)
            #expect(try await database.once(.removeOldestGuesses(limit: 3)) == 3)
            #expect(try await database.once(.guessCount) == 798)
            #expect(try await database.once(.guesses([held], at: Self.start)).count == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a new password makes the other browsers new ones again`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let (one, two) = (SingleSignOnScene.hash("one"), SingleSignOnScene.hash("two"))
            let (user, start) = (scene.user, Self.start)
            let session = try #require(try await scene.signIn("cookie 1", on: "one"))
            try await scene.signIn("cookie 2", on: "two")
            try await scene.database.once(.setPasswordHash("old", of: user))
            let changed = try await scene.database.write { tx throws(StorageError) in
                try tx.changePassword(
                    of: user, from: "old", to: "new", keeping: session, as: SingleSignOnScene.hash("cookie 3"), on: one,
                    at: start, Event(at: start, type: .passwordChanged, user: user))
            }
            #expect(changed)
            #expect(try await scene.database.once(.isDevice(one, of: user)))
            #expect(try await !scene.database.once(.isDevice(two, of: user)))
            let link = SingleSignOnScene.hash("link")
            try await scene.database.once(
                .insert([NewLink(hash: link, purpose: .resetPassword, user: user, event: nil, createdAt: start)]))
            let keys = try keys("anna")
            for key in keys { _ = try await scene.database.once(.countFailure(key, at: start)) }
            let reset = try await scene.database.write { tx throws(StorageError) in
                try tx.resetPassword(
                    link, of: user, to: "newer", on: two, at: start, Event(at: start, type: .passwordReset, user: user))
            }
            #expect(reset)
            #expect(try await !scene.database.once(.isDevice(one, of: user)))
            #expect(try await scene.database.once(.isDevice(two, of: user)))
            #expect(try await Array(scene.database.once(.guesses(keys, at: start)).keys) == [keys[2].hash])
        }
    }
}
