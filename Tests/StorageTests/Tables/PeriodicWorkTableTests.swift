import OAuth
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct PeriodicWorkTableTests {
    private static let start = RefreshScene.start
    private let one = PeriodicWork(name: "work", holder: "one")
    private let two = PeriodicWork(name: "work", holder: "two")

    @Test(arguments: Engine.available)
    func `of many nodes one takes the work, and goes on holding it`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene async throws in
            let database = scene.database
            let takers = try await withThrowingTaskGroup(of: Int.self) { group in
                for node in 0..<20 {
                    let work = PeriodicWork(name: "work", holder: "node \(node)")
                    group.addTask {
                        try await database.once(.take(work, until: Self.start + .seconds(10), at: Self.start)) ? 1 : 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(takers == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a node that goes on keeps the work; one that is silent loses it`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene async throws in
            func take(_ work: PeriodicWork, at seconds: Int64) async throws -> Bool {
                let now = Self.start + .seconds(seconds)
                return try await scene.database.once(.take(work, until: now + .seconds(10), at: now))
            }
            #expect(try await take(one, at: 0))
            #expect(try await !take(two, at: 5))
            #expect(try await take(one, at: 6))
            #expect(try await !take(two, at: 15))
            #expect(try await take(two, at: 16))
            #expect(try await !take(one, at: 17))
            #expect(try await !scene.database.once(.finish(one, nextDue: Self.start + .seconds(600))))
        }
    }

    @Test(arguments: Engine.available)
    func `work that is done is nobody's until it is due again`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene async throws in
            let (database, start) = (scene.database, Self.start)
            #expect(try await database.once(.take(one, until: start + .seconds(10), at: start)))
            #expect(try await database.once(.finish(one, nextDue: start + .seconds(600))))
            for work in [one, two] {
                #expect(try await !database.once(.take(work, until: start + .seconds(700), at: start + .seconds(599))))
            }
            #expect(try await database.once(.take(two, until: start + .seconds(700), at: start + .seconds(600))))
        }
    }
}
