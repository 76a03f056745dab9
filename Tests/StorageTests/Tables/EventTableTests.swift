import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite struct EventTableTests {
    private static let start = RefreshScene.start

    @Test(arguments: Engine.available)
    func `an event comes back as it was written`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let full = Event(
                at: Self.start, type: .refreshTheft, user: scene.user, client: scene.owner.client, session: .random(),
                family: FamilyID.random().key, holder: RefreshScene.away, requestID: "r-1", detail: #"{"a":"\n"}"#)
            let bare = Event(at: Self.start + .seconds(1), type: .clockStepped)
            for event in [full, bare] { try await scene.database.once(.record(event)) }
            #expect(try await scene.database.once(.events(EventFilter())) == [full, bare])
        }
    }

    @Test(arguments: Engine.available)
    func `of events with one key the first alone is written`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            for second in Int64(0)..<3 {
                try await scene.database.once(
                    .record(
                        Event(at: Self.start + .seconds(second), type: .refreshByStranger, onceKey: "stranger 1")))
            }
            try await scene.database.once(
                .record(Event(at: Self.start, type: .refreshByStranger, onceKey: "stranger 2")))
            for _ in 0..<2 { try await scene.database.once(.record(Event(at: Self.start, type: .clockStepped))) }
            let strangers = try await scene.database.once(.events(EventFilter(type: .refreshByStranger)))
            #expect(strangers.map(\.at) == [Self.start, Self.start])
            #expect(try await scene.database.once(.events(EventFilter(type: .clockStepped))).count == 2)
        }
    }

    @Test(arguments: Engine.available)
    func `pages of events hold each event once, in order, also within one millisecond`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let events = (0..<300).map { Event(at: Self.start + .milliseconds($0 / 70), type: .signInFailed) }
            try await scene.database.write { tx throws(StorageError) in
                for event in events.reversed() { try tx.run(.record(event)) }
            }
            var seen: [Event] = []
            var filter = EventFilter(limit: 37)
            while true {
                let page = try await scene.database.once(.events(filter))
                guard let last = page.last else { break }
                #expect(page.count <= 37)
                seen += page
                filter.after = .init(at: last.at, id: last.id)
            }
            #expect(seen.count == 300)
            #expect(Set(seen.map(\.id)) == Set(events.map(\.id)))
            #expect(zip(seen, seen.dropFirst()).allSatisfy { ($0.at, $0.id.text) < ($1.at, $1.id.text) })
        }
    }

    @Test(arguments: Engine.available)
    func `events are found by user, type and time together`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let other = UserID.random()
            var written: [Event] = []
            for (second, user) in [scene.user, other, scene.user].enumerated() {
                for type in [EventType.signInFailed, .signInSucceeded] {
                    written.append(Event(at: Self.start + .seconds(second), type: type, user: user))
                }
            }
            for event in written { try await scene.database.once(.record(event)) }
            let filter = EventFilter(user: scene.user, type: .signInFailed, since: Self.start + .seconds(1))
            #expect(try await scene.database.once(.events(filter)).map(\.id) == [written[4].id])
            #expect(try await scene.database.once(.events(EventFilter(user: other))).count == 2)
            #expect(try await scene.database.once(.events(EventFilter(since: Self.start + .seconds(3)))).isEmpty)
            let times = EventFilter(since: Self.start + .seconds(1), until: Self.start + .seconds(2))
            #expect(Set(try await scene.database.once(.events(times)).map(\.id)) == [written[2].id, written[3].id])
            let types = EventFilter(user: other, types: [.signInFailed, .signInSucceeded, .refreshTheft])
            #expect(try await scene.database.once(.events(types)).count == 2)
            let (client, session) = (scene.owner.client, SessionID.random())
            let entry = Event(at: Self.start, type: .codeRedeemed, client: client, session: session)
            try await scene.database.once(.record(entry))
            try await scene.database.once(.record(Event(at: Self.start, type: .codeRedeemed, client: client)))
            #expect(try await scene.database.once(.events(EventFilter(client: client))).count == 2)
            #expect(
                try await scene.database.once(.events(EventFilter(client: client, session: session))).map(\.id)
                    == [entry.id])
        }
    }

    @Test(arguments: Engine.available)
    func `old events go, at most 500 at a time`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            try await scene.database.write { tx throws(StorageError) in
                for index in Int64(0)..<620 {
                    try tx.run(.record(Event(at: Self.start + .milliseconds(index), type: .signInFailed)))
                }
            }
            let cut = Self.start + .milliseconds(610)
            #expect(try await scene.database.once(.removeEvents(before: cut)) == 500)
            #expect(try await scene.database.once(.events(EventFilter(limit: 1000))).count == 120)
            #expect(try await scene.database.once(.removeEvents(before: cut)) == 110)
            #expect(try await scene.database.once(.removeEvents(before: cut)) == 0)
            let left = try await scene.database.once(.events(EventFilter(limit: 1000)))
            #expect(left.count == 10)
            #expect(left.first?.at == cut)
        }
    }
}
