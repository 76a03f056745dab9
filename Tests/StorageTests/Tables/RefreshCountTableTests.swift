import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct RefreshCountTableTests {
    private static func count(rotated: Int64, retried: Int64 = 0, longest: Int64 = 0) -> RefreshCount {
        var count = RefreshCount()
        count.rotated = rotated
        count.retried = retried
        count.longestRetry = longest
        return count
    }

    private static func migrated(_ engine: Engine, _ body: (any Database) async throws -> Void) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: 0)
            try await body(database)
        }
    }

    @Test(arguments: Engine.available)
    func `runs and days add up, and a row that is written twice counts once`(_ engine: Engine) async throws {
        try await Self.migrated(engine) { database in
            let (shop, portal) = (try ClientID.sample("shop"), try ClientID.sample("portal"))
            let rows: [RefreshCountRow] = [
                .init(client: shop, day: 10, node: "a", count: Self.count(rotated: 5, retried: 1, longest: 700)),
                .init(client: shop, day: 10, node: "a", count: Self.count(rotated: 7, retried: 2, longest: 900)),
                .init(client: shop, day: 10, node: "a", count: Self.count(rotated: 7, retried: 2, longest: 900)),
                .init(client: shop, day: 10, node: "b", count: Self.count(rotated: 1, retried: 1, longest: 800)),
                .init(client: shop, day: 11, node: "a", count: Self.count(rotated: 100)),
                .init(client: shop, day: 9, node: "a", count: Self.count(rotated: 1000)),
                .init(client: portal, day: 10, node: "a", count: Self.count(rotated: 3)),
                .init(client: nil, day: 10, node: "a", count: Self.count(rotated: 2)),
                // What an earlier write brings that was late changes nothing.
                .init(client: shop, day: 10, node: "a", count: Self.count(rotated: 6, retried: 2, longest: 900)),
            ]
            for row in rows { try await database.once(.put(row)) }
            let all = try await database.once(.refreshCounts(since: 10))
            #expect(all.map(\.client) == [nil, portal, shop])
            #expect(all.last?.count == Self.count(rotated: 108, retried: 3, longest: 900))
            #expect(try await database.once(.refreshCounts(of: portal, since: 10)).map(\.count.rotated) == [3])
            #expect(try await database.once(.refreshCounts(of: shop, since: 12)).isEmpty)
            #expect(try await database.once(.removeRefreshCounts(before: 11)) == 5)
            #expect(try await database.once(.refreshCounts(since: 0)).map(\.count.rotated) == [100])
        }
    }
}
