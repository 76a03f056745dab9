import Logging
import OAuth
import ServiceLifecycle
import Storage
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct RefreshCountWriterTests {
    private static func writer(_ scene: GrantScene, _ tally: RefreshTally, _ database: any Database)
        -> RefreshCountWriter
    {
        RefreshCountWriter(
            database: database, clock: scene.clock, tally: tally, logger: GrantScene.logger, interval: .hours(1))
    }

    private static func counts(_ scene: GrantScene) async throws -> [ClientRefreshCount] {
        try await scene.database.once(.refreshCounts(since: 0))
    }

    @Test(arguments: Engine.available)
    func `each end of a refresh is counted for its client and day`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database)
            let first = try #require(try await scene.signIn().refreshToken)
            let second = try #require(try await scene.refresh(first, through: database).refreshToken)
            // At once, and after a while.
            _ = try await scene.refresh(first, through: database)
            scene.manual.advance(by: .milliseconds(9500))
            _ = try await scene.refresh(first, through: database)
            _ = try await scene.refresh(second, through: database)
            // Two behind.
            await #expect(throws: OAuthError.self) { _ = try await scene.refresh(first, through: database) }
            let again = try #require(try await scene.signIn().refreshToken)
            _ = try await scene.refresh(again, through: database)
            scene.manual.advance(by: .days(1))
            // One behind, a day later.
            await #expect(throws: OAuthError.self) { _ = try await scene.refresh(again, through: database) }
            let writer = Self.writer(scene, scene.tally, database)
            for _ in 0..<2 { #expect(await writer.write()) }
            let all = try #require(try await Self.counts(scene).first)
            #expect(all.client == scene.app.id)
            var expected = RefreshCount()
            (expected.rotated, expected.raced, expected.retried, expected.longestRetry) = (3, 1, 1, 9500)
            (expected.lateThefts, expected.staleThefts) = (1, 1)
            #expect(all.count == expected)
            let today = try await database.once(.refreshCounts(since: scene.manual.now.day))
            #expect(today.map(\.count.lateThefts) == [1])
            #expect(today.map(\.count.rotated) == [0])
        }
    }

    @Test(arguments: Engine.available)
    func `what two nodes count of a client is added, also after it is gone`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database)
            let tallies = [RefreshTally(), RefreshTally()]
            var token = try #require(try await scene.signIn().refreshToken)
            for number in 0..<5 {
                token = try #require(
                    try await scene.refresh(token, through: database, counting: tallies[number % 2]).refreshToken)
            }
            _ = try await ClientAdministration(database).remove(scene.app.id, at: scene.manual.now)
            for tally in tallies { #expect(await Self.writer(scene, tally, database).write()) }
            #expect(try await Self.counts(scene).map(\.count.rotated) == [5])
        }
    }

    @Test(arguments: Engine.available)
    func `storage that is away for minutes, or does not say what it did, loses and doubles nothing`(
        _ engine: Engine
    ) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database)
            let store = FailingDatabase(database)
            let tally = RefreshTally()
            let writer = Self.writer(scene, tally, store)
            for mode in [FailingDatabase.Mode.away, .silent, .away, .there] {
                store.mode.withLock { $0 = mode }
                tally.note(.rotated, of: scene.app.id, at: scene.manual.now)
                #expect(await writer.write() == (mode == .there))
                scene.manual.advance(by: .minutes(1))
            }
            #expect(try await Self.counts(scene).map(\.count.rotated) == [4])
            #expect(tally.unwritten.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a graceful stop writes what is left`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database)
            let tally = RefreshTally()
            tally.note(.stranger, of: scene.app.id, at: scene.manual.now)
            let group = ServiceGroup(
                configuration: .init(
                    services: [.init(service: Self.writer(scene, tally, database))], logger: GrantScene.logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await Task.sleep(for: .milliseconds(100))
                #expect(try await Self.counts(scene).isEmpty)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(try await Self.counts(scene).map(\.count.strangers) == [1])
        }
    }

    @Test func `so many clients are counted one by one, and past days are let go of`() throws {
        let tally = RefreshTally()
        let now = Milliseconds(86_400_000 * 1000)
        for number in 0..<Limits.countedClients + 5 {
            tally.note(.rotated, of: try TestServer.clientID("c\(number)"), at: now)
        }
        let rows = tally.unwritten
        #expect(rows.count == Limits.countedClients + 1)
        #expect(rows.filter { $0.client == nil }.map(\.count.rotated) == [5])
        tally.settle(rows.dropLast()[...])
        tally.forgetPast(at: now + .days(1))
        tally.note(.rotated, of: try TestServer.clientID("c1"), at: now)
        #expect(tally.unwritten.contains { $0.client?.text == "c1" && $0.count.rotated == 2 }, "yesterday goes on")
        tally.forgetPast(at: now + .days(2))
        #expect(tally.unwritten.count == 2, "what is not written stays")
    }

    @Test func `advice follows the counts`() throws {
        func advice(_ rotated: Int64, _ retried: Int64 = 0, _ late: Int64 = 0, longest: Int64 = 0) -> String {
            var count = RefreshCount()
            (count.rotated, count.retried, count.lateThefts, count.longestRetry) = (rotated, retried, late, longest)
            return RefreshStatistics([ClientRefreshCount(client: nil, count: count)], window: .standard).advice
        }
        #expect(advice(0).contains("nothing to judge"))
        #expect(advice(9).contains("signs no honest client out"))
        #expect(advice(9, 1, longest: 2000).contains("could be shorter"))
        #expect(advice(9, 1, longest: 40_000).contains("signs no honest client out"))
        #expect(advice(9, 1, 1, longest: 55_000).contains("widen retry_window"))
        #expect(advice(9, 1, 1, longest: 5000).contains("look at both holders"))
    }
}

/// A store that is away, or writes and does not say so.
private final class FailingDatabase: ForwardingDatabase {
    enum Mode { case there, away, silent }

    let mode = Mutex(Mode.there)
    let inner: any Database

    init(_ inner: any Database) { self.inner = inner }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        switch mode.withLock({ $0 }) {
        case .there: return try await inner.write(body)
        case .away: throw .unavailable(reason: "a test")
        case .silent:
            _ = try await inner.write(body)
            throw .unknownOutcome(reason: "a test")
        }
    }
}
