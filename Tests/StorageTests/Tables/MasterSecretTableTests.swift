import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct MasterSecretTableTests {
    private static let start = RefreshScene.start

    @Test func `every column of sealed values is on the list, so that none is forgotten when a secret changes`() {
        var found: Set<String> = []
        for table in MovedTable.all {
            for column in table.columns where column.name.description.hasPrefix("sealed_") {
                found.insert("\(table.title).\(column.name)")
                #expect(column.type == .bytes)
            }
        }
        #expect(Set(SealedColumn.all.map(\.name)) == found)
        for column in SealedColumn.all {
            let table = MovedTable.all.first { $0.title == column.table.description }
            #expect(table?.key.map(\.name.description) == [column.key.description])
            #expect(table?.key.first?.type == .text)
        }
    }

    @Test(arguments: Engine.available)
    func `boxes are counted by their secret, and replaced only as they were read`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene async throws in
            let (database, column) = (scene.database, SealedColumn.all[0])
            func row(_ id: String, _ box: [UInt8]) throws -> SigningKeyRow {
                SigningKeyRow(
                    id: try #require(KeyID(id)), algorithm: .es256, publicJWK: "{}", sealedPrivate: box,
                    life: KeyLife(publishedAt: Self.start, activeAt: nil, goneAt: Self.start))
            }
            let body = [UInt8](repeating: 7, count: 40)
            let rows = [
                try row("a", [1, 1] + body), try row("b", [1, 200] + body), try row("c", [1, 1] + body),
                try row("d", []),
            ]
            try await database.write { tx throws(StorageError) in for row in rows { try tx.run(.add(row)) } }
            #expect(try await database.once(.boxCounts(in: column)) == [1: 2, 200: 1])
            let boxes = try await database.once(.boxes(in: column, after: ""))
            #expect(boxes.map(\.key) == ["a", "b", "c"])
            #expect(try await database.once(.boxes(in: column, after: "b")).map(\.key) == ["c"])
            let new = try SealedBox(bytes: [1, 2] + body)
            #expect(try await database.once(.replace(boxes[0], in: column, by: new)))
            #expect(try await !database.once(.replace(boxes[0], in: column, by: new)))
            #expect(try await database.once(.boxCounts(in: column)) == [1: 1, 2: 1, 200: 1])
        }
    }

    @Test(arguments: Engine.available)
    func `a node is there for as long as it tells so, whatever the clock does`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene async throws in
            let database = scene.database
            let secrets = try MasterSecrets(.random()).adding(.random(), 9)
            let readable = secrets.numbers.compactMap { number in
                secrets.checkValue(number).map { RegisteredMasterSecret(number: number, checkValue: $0) }
            }
            func node(_ id: String, at instant: Milliseconds, _ active: UInt8 = 1) -> ServingNode {
                ServingNode(id: id, name: "node \(id)", seenAt: instant, activeSecret: active, readable: readable)
            }
            func names(at instant: Milliseconds) async throws -> [String] {
                try await database.once(.servingNodes(at: instant)).map(\.id)
            }
            try await database.once(.report(node("a", at: Self.start)))
            try await database.once(.report(node("b", at: Self.start + .seconds(20), 9)))
            #expect(try await database.once(.servingNodes(at: Self.start)).first == node("a", at: Self.start))
            #expect(try await names(at: Self.start + .seconds(34)) == ["a", "b"])
            #expect(try await names(at: Self.start + .seconds(36)) == ["b"])
            try await database.once(.report(node("a", at: Self.start + .seconds(36))))
            #expect(try await names(at: Self.start + .seconds(40)) == ["a", "b"])
            // A clock that stands still, as it does after a step back: it lives all the same.
            var seen: Set<Milliseconds> = []
            for _ in 0..<4 {
                try await database.once(.report(node("a", at: Self.start + .seconds(36))))
                seen.insert(try #require(try await database.once(.nodes).first { $0.id == "a" }?.seenAt))
            }
            #expect(seen.count == 4)
            // The clock went back an hour: those rows are of before.
            #expect(try await names(at: Self.start - .hours(1)) == [])
            try await database.once(.removeNodes(notSeenSince: Self.start + .seconds(30)))
            try await database.once(.removeNode("nobody"))
            #expect(try await names(at: Self.start + .seconds(36)) == ["a"])
            try await database.once(.removeNode("a"))
            #expect(try await names(at: Self.start + .seconds(36)) == [])
        }
    }

    @Test(arguments: Engine.available)
    func `a family needs the secret of its token, and for a while that of the one before`(
        _ engine: Engine
    ) async throws {
        try await RefreshScene.with(engine) { scene async throws in
            let now = Self.start + .minutes(1)
            func needs(at instant: Milliseconds = now) async throws -> [UInt8: Int] {
                try await scene.database.once(
                    .familiesNeedingSecrets(
                        after: [], through: nil, repeatable: instant - .minutes(10), at: instant)
                ).mapValues(\.count)
            }
            let families = try await scene.families(3, at: 4)
            #expect(try await needs() == [1: 3])
            let use = RefreshUse(
                family: families[0].key, generation: 4, key: 1, caller: scene.owner, newKey: 2, now: now,
                newIdleExpiry: now + RefreshScene.idle)
            #expect(try await scene.database.once(.rotate(use)) != nil)
            #expect(try await needs() == [1: 3, 2: 1])
            #expect(try await needs(at: now + .minutes(11)) == [1: 2, 2: 1])
            let session = families[1].session
            try await scene.database.once(.endFamilies(ofSession: session, .revoked, at: now))
            #expect(try await needs(at: now + .minutes(11)) == [1: 1, 2: 1])
            let whole = try await scene.database.once(
                .familiesNeedingSecrets(after: [], through: nil, repeatable: now, at: now))
            #expect(whole[1]?.lastEnd == Self.start + RefreshScene.idle)
            #expect(whole[2]?.lastEnd == now + RefreshScene.idle)
            #expect(try await needs(at: Self.start + RefreshScene.idle) == [2: 1])
            #expect(try await needs(at: now + RefreshScene.idle) == [:])
        }
    }

    @Test(arguments: Engine.available)
    func `a walk in stretches sees every family once`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene async throws in
            let keys = try await scene.families(20, at: 0).map(\.key.bytes)
                .sorted { $0.lexicographicallyPrecedes($1) }
            #expect(try await scene.database.once(.endOfFamilies(after: [])) == nil)
            let now = Self.start
            let first = try await scene.database.once(
                .familiesNeedingSecrets(after: [], through: keys[7], repeatable: now, at: now))
            let rest = try await scene.database.once(
                .familiesNeedingSecrets(after: keys[7], through: nil, repeatable: now, at: now))
            #expect(first[1]?.count == 8)
            #expect(rest[1]?.count == 12)
        }
    }
}
