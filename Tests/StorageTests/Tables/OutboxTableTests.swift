import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct OutboxTableTests {
    private static let start = RefreshScene.start

    private func write(_ count: Int, in scene: RefreshScene) async throws -> [MessageID] {
        let messages = (0..<count).map { number in
            NewMessage(
                event: .random(), kind: .backchannelLogout, payload: "{}", client: scene.owner.client,
                session: .random(), createdAt: Self.start + .milliseconds(number))
        }
        try await scene.database.once(.insert(messages[...]))
        return messages.map(\.id)
    }

    private func claim(
        _ scene: RefreshScene, limit: Int64 = 100, at seconds: Int64
    ) async throws -> [DueMessage] {
        let now = Self.start + .seconds(seconds)
        return try await scene.database.once(
            .claim(.backchannelLogout, limit: limit, until: now + .seconds(30), at: now))
    }

    @Test(arguments: Engine.available)
    func `a message is claimed by one node, again when its lease is over, and not once it arrived`(
        _ engine: Engine
    ) async throws {
        try await RefreshScene.with(engine) { scene in
            let ids = try await write(3, in: scene)
            let first = try await claim(scene, limit: 2, at: 1)
            #expect(first.map(\.id) == Array(ids.prefix(2)))
            #expect(first.allSatisfy { $0.attempt == 1 && $0.kind == .backchannelLogout && $0.payload == "{}" })
            #expect(try await claim(scene, at: 1).map(\.id) == [ids[2]])
            #expect(try await claim(scene, at: 30).isEmpty)
            #expect(try await scene.database.once(.delivered(first[0], at: Self.start + .seconds(2))))
            let again = try await claim(scene, at: 31)
            #expect(again.map(\.id) == Array(ids.dropFirst()))
            #expect(again.allSatisfy { $0.attempt == 2 })
            // What the node of the first attempt says comes too late.
            #expect(try await !scene.database.once(.delivered(first[1], at: Self.start)))
            #expect(try await !scene.database.once(.failed(first[1], "late", nextAttempt: Self.start)))
            #expect(try await !scene.database.once(.givenUp(first[1], "late", at: Self.start)))
            #expect(try await !scene.database.once(.delivered(first[0], at: Self.start)))
        }
    }

    @Test(arguments: Engine.available)
    func `each application has its own queue of notices, also one that was removed`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let now = Self.start + .seconds(1)
            #expect(try await scene.database.once(.dueClients(at: now)).isEmpty)
            _ = try await write(3, in: scene)
            let gone = try #require(ClientID("zz-gone"))
            let kinds: [MessageKind] = [.backchannelLogout, .mail]
            let others = kinds.map { kind in
                NewMessage(event: .random(), kind: kind, payload: "{}", client: gone, createdAt: Self.start)
            }
            try await scene.database.once(.insert(others[...]))
            let owner = scene.owner.client
            #expect(try await Set(scene.database.once(.dueClients(at: now))) == [owner, gone])
            let taken = try await scene.database.once(.claim(for: gone, limit: 9, until: now + .seconds(9), at: now))
            #expect(taken.map(\.id) == [others[0].id])
            #expect(try await scene.database.once(.delivered(taken[0], at: now)))
            #expect(try await scene.database.once(.dueClients(at: now)) == [owner])
            let rest = try await scene.database.once(.claim(for: owner, limit: 2, until: now + .seconds(9), at: now))
            #expect(rest.count == 2 && rest.allSatisfy { $0.client == owner })
        }
    }

    @Test(arguments: Engine.available)
    func `of many nodes each message is claimed by one`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let ids = try await write(60, in: scene)
            let claimed = try await withThrowingTaskGroup(of: [MessageID].self) { group in
                for _ in 0..<20 {
                    group.addTask { try await claim(scene, limit: 7, at: 1).map(\.id) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(claimed).count == claimed.count)
            let rest = try await claim(scene, at: 1).map(\.id)
            #expect(Set(claimed + rest) == Set(ids))
            #expect(claimed.count + rest.count == ids.count)
        }
    }

    @Test(arguments: Engine.available)
    func `what failed comes again when it is due, and what was given up does not`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let id = try await write(1, in: scene)[0]
            var due = try #require(try await claim(scene, at: 1).first)
            let long = String(repeating: "x", count: 300) + "\n"
            #expect(
                try await scene.database.once(.failed(due, long, nextAttempt: Self.start + .seconds(60))))
            let listing = try #require(try await scene.database.once(.message(id)))
            #expect(listing.state == .waiting)
            #expect(listing.lastError == String(repeating: "x", count: 256))
            #expect(listing.nextAttemptAt == Self.start + .seconds(60))
            #expect(try await claim(scene, at: 59).isEmpty)
            due = try #require(try await claim(scene, at: 60).first)
            #expect(due.attempt == 2)
            #expect(try await scene.database.once(.givenUp(due, "gone", at: Self.start + .seconds(61))))
            #expect(try await claim(scene, at: 10_000).isEmpty)
            let over = try #require(try await scene.database.once(.message(id)))
            #expect(over.state == .givenUp)
            #expect(over.lastError == "gone")
            #expect(over.nextAttemptAt == nil)

            #expect(try await scene.database.once(.retry(id, at: Self.start + .seconds(100))))
            #expect(try await claim(scene, at: 99).isEmpty)
            due = try #require(try await claim(scene, at: 100).first)
            #expect(due.attempt == 3)
            #expect(try await scene.database.once(.delivered(due, at: Self.start + .seconds(101))))
            #expect(try await !scene.database.once(.retry(id, at: Self.start)))
            #expect(try await scene.database.once(.message(id))?.state == .delivered)
            #expect(try await scene.database.once(.drop(id)))
            #expect(try await !scene.database.once(.drop(id)))
            #expect(try await !scene.database.once(.retry(id, at: Self.start)))
        }
    }

    @Test(arguments: Engine.available)
    func `messages are listed by state, newest first, page by page`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let ids = try await write(25, in: scene)
            let due = try await claim(scene, limit: 10, at: 1)
            for message in due.prefix(4) { _ = try await scene.database.once(.delivered(message, at: Self.start)) }
            for message in due.suffix(3) { _ = try await scene.database.once(.givenUp(message, "x", at: Self.start)) }
            var seen: [OutboxListing] = []
            while true {
                let page = try await scene.database.once(.messages(after: seen.last, limit: 4))
                if page.isEmpty { break }
                seen += page
            }
            #expect(seen.map(\.id) == ids.reversed())
            for (state, count) in [(MessageState.waiting, 18), (.delivered, 4), (.givenUp, 3)] {
                let found = try await scene.database.once(.messages(MessageFilter(state: state), limit: 99))
                #expect(found.count == count)
                #expect(found.allSatisfy { $0.state == state })
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a clock that is set back by an hour holds no message`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            _ = try await write(3, in: scene)
            let due = try await claim(scene, limit: 2, at: 1)
            // One fails, and one is being sent by a node that dies; the third is due as it was. Then it is an hour ago.
            #expect(try await scene.database.once(.failed(due[0], "x", nextAttempt: Self.start + .seconds(60))))
            let now = Self.start - .hours(1)
            #expect(try await claim(scene, at: -3600).isEmpty)
            let latest = now + .minutes(31)
            #expect(
                try await scene.database.once(.recall(.backchannelLogout, dueAfter: latest, at: now)) == 3)
            #expect(try await scene.database.once(.recall(.backchannelLogout, dueAfter: latest, at: now)) == 0)
            #expect(try await claim(scene, at: -3600).count == 3)
            #expect(try await scene.database.once(.delivered(due[0], at: now)) == false)
        }
    }

    @Test(arguments: Engine.available)
    func `a lease of before a clock was set back counts no more`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            _ = try await write(1, in: scene)
            #expect(try await claim(scene, at: 3600).count == 1)
            // A minute earlier it may be another node's whose clock is ahead; an hour earlier it is of no clock.
            #expect(try await claim(scene, at: 3600 - 60).isEmpty)
            #expect(try await claim(scene, at: 10).map(\.attempt) == [2])
        }
    }

    @Test(arguments: Engine.available)
    func `messages are made due and dropped by kind and state, 500 at a time`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            _ = try await write(620, in: scene)
            let due = try await claim(scene, limit: 620, at: 1)
            for message in due.prefix(4) { _ = try await scene.database.once(.delivered(message, at: Self.start)) }
            for message in due.suffix(606) {
                _ = try await scene.database.once(.failed(message, "x", nextAttempt: Self.start + .seconds(900)))
            }
            _ = try await scene.database.once(.givenUp(due[5], "x", at: Self.start))
            let now = Self.start + .seconds(20)
            let (all, mails) = (MessageFilter(), MessageFilter(kind: .mail))
            #expect(try await scene.database.once(.countMessages(all)) == 620)
            #expect(try await scene.database.once(.countMessages(mails)) == 0)
            #expect(try await scene.database.once(.retry(mails, at: now)) == 0)
            #expect(try await scene.database.once(.retry(MessageFilter(state: .givenUp), at: now)) == 1)
            #expect(try await scene.database.once(.retry(all, at: now)) == 500)
            #expect(try await scene.database.once(.retry(all, at: now)) == 106)
            #expect(try await scene.database.once(.retry(all, at: now)) == 0)
            #expect(try await scene.database.once(.drop(MessageFilter(state: .delivered))) == 4)
            #expect(try await scene.database.once(.drop(MessageFilter(kind: .backchannelLogout))) == 500)
            #expect(try await scene.database.once(.drop(MessageFilter(kind: .backchannelLogout))) == 116)
        }
    }

    @Test(arguments: Engine.available)
    func `what waits for too long is removed, and only that`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let ids = try await write(4, in: scene)
            let due = try await claim(scene, limit: 2, at: 1)
            _ = try await scene.database.once(.delivered(due[0], at: Self.start))
            _ = try await scene.database.once(.givenUp(due[1], "x", at: Self.start))
            #expect(try await scene.database.once(.removeMessages(waitingSince: Self.start + .milliseconds(2))) == 1)
            let left = try await scene.database.once(.messages(limit: 9)).map(\.id)
            #expect(Set(left) == [ids[0], ids[1], ids[3]])
        }
    }

    @Test(arguments: Engine.available)
    func `what has arrived or was given up is removed when its time is over`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let ids = try await write(3, in: scene)
            let due = try await claim(scene, limit: 2, at: 1)
            #expect(try await scene.database.once(.delivered(due[0], at: Self.start + .seconds(5))))
            #expect(try await scene.database.once(.givenUp(due[1], "x", at: Self.start + .seconds(5))))
            func remove(_ delivered: Int64, _ givenUp: Int64) async throws -> Int {
                let ends = (Self.start + .seconds(delivered), Self.start + .seconds(givenUp))
                return try await scene.database.once(.removeMessages(deliveredBefore: ends.0))
                    + scene.database.once(.removeMessages(givenUpBefore: ends.1))
            }
            #expect(try await remove(4, 4) == 0)
            #expect(try await remove(5, 4) == 1)
            #expect(try await scene.database.once(.message(ids[0])) == nil)
            #expect(try await remove(5, 5) == 1)
            #expect(try await remove(1_000_000, 1_000_000) == 0)
            #expect(try await scene.database.once(.messages(limit: 9)).map(\.id) == [ids[2]])
        }
    }
}
