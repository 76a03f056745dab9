import OAuth
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(60))) struct DeploymentMoveTests {
    static func move(_ source: any Database, _ target: any Database) async throws(MoveError) -> MoveSummary {
        // So few rows a batch that every table of the scene takes several.
        try await DeploymentMove(from: source, to: target, batchRows: 3).run { Milliseconds(5) }
    }

    /// What is expected of the target: the source's rows, and the next restore epoch.
    static func expectMoved(from source: MoveScene, to target: any Database) async throws {
        var wanted = try await MoveScene.contents(of: source.database)
        var found = try await MoveScene.contents(of: target)
        wanted["deployment"] = nil
        found["deployment"] = nil
        #expect(wanted.filter { $0.value.isEmpty }.isEmpty, "the scene has rows everywhere")
        #expect(wanted == found)
        let (old, new) = (
            try await source.database.once(.deployment), try await target.once(.deployment)
        )
        #expect(new?.issuer == old?.issuer && new?.createdAt == old?.createdAt)
        let epoch = try #require(old).restoreEpoch
        #expect(try #require(new).restoreEpoch > epoch)
        try await target.refuseUnfinishedMove()
        let work = try await target.once(Statement("SELECT name FROM periodic_work") { $0.count })
        #expect(work == 0)
        let places = try await target.once(Statement("SELECT table_name FROM move_progress") { $0.count })
        #expect(places == 0)
    }

    @Test(arguments: Engine.available, Engine.available)
    func `everything arrives, whichever the engines`(_ from: Engine, _ to: Engine) async throws {
        try await MoveScene.with(from) { source in
            try await to.withDatabase { target in
                let before = try await MoveScene.contents(of: source.database)
                let timeline = try await source.database.read { tx throws(StorageError) in try tx.timeline }
                let summary = try await Self.move(source.database, target)
                try await Self.expectMoved(from: source, to: target)
                #expect(summary.restoreEpoch == 1 + timeline + 1)
                #expect(summary.tables.map(\.name) == MovedTable.all.map(\.title))
                #expect(summary.rows == before.values.reduce(0) { $0 + $1.count })
                #expect(try await MoveScene.contents(of: source.database) == before)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `and back again, with the same checksums and a higher epoch`(_ engine: Engine) async throws {
        try await MoveScene.with(.sqlite) { source in
            try await engine.withDatabase { middle in
                try await Engine.sqlite.withDatabase { last in
                    let there = try await Self.move(source.database, middle)
                    let back = try await Self.move(middle, last)
                    try await Self.expectMoved(from: source, to: last)
                    #expect(there.tables.dropFirst() == back.tables.dropFirst())
                    #expect(back.restoreEpoch > there.restoreEpoch)
                }
            }
        }
    }

    @Test(arguments: Engine.available)
    func `batches of any size do`(_ engine: Engine) async throws {
        try await MoveScene.with(.sqlite) { source in
            for rows in [1, 7, 60, 500] {
                try await engine.withDatabase { target in
                    _ = try await source.scene.families(60, at: 0)
                    _ = try await DeploymentMove(from: source.database, to: target, batchRows: rows)
                        .run { Milliseconds(5) }
                    try await Self.expectMoved(from: source, to: target)
                }
            }
        }
    }

    @Test(arguments: Engine.available, [false, true])
    func `broken off at any write, it goes on where it was`(_ engine: Engine, _ commits: Bool) async throws {
        try await MoveScene.with(.sqlite) { source in
            var writes = 0
            var isBroken = true
            while isBroken {
                isBroken = try await engine.withDatabase { target in
                    let breaking = BreakingDatabase(target, after: writes, commits: commits)
                    guard await Self.isBrokenOff(source.database, breaking) else { return false }
                    guard try await !Self.isFinished(target) else { return true }
                    if try await Self.hasBegun(target) {
                        await #expect(throws: StorageError.moveUnfinished) { try await target.refuseUnfinishedMove() }
                    }
                    _ = try await Self.move(source.database, target)
                    try await Self.expectMoved(from: source, to: target)
                    return true
                }
                writes += 1
            }
            #expect(writes > MovedTable.all.count, "it was broken off at \(writes) places")
        }
    }

    @Test(arguments: Engine.available, [false, true])
    func `when the source was in use between two runs, it begins anew`(
        _ engine: Engine, _ commits: Bool
    ) async throws {
        try await MoveScene.with(.sqlite) { source in
            var writes = 0
            var isBroken = true
            while isBroken {
                isBroken = try await engine.withDatabase { target in
                    #expect(await Self.isBrokenOff(source.database, BreakingDatabase(target, after: 30, commits: true)))
                    try await source.change("the \(writes). change")
                    let breaking = BreakingDatabase(target, after: writes, commits: commits)
                    let isBroken = await Self.isBrokenOff(source.database, breaking)
                    if try await !Self.isFinished(target) { _ = try await Self.move(source.database, target) }
                    try await Self.expectMoved(from: source, to: target)
                    return isBroken
                }
                writes += 5
            }
            #expect(writes > 2 * MovedTable.all.count, "it was broken off at \(writes / 5) places")
        }
    }

    private static func isBrokenOff(_ source: any Database, _ target: BreakingDatabase) async -> Bool {
        do throws(MoveError) {
            _ = try await move(source, target)
            return false
        } catch {
            #expect(target.isBroken, "\(error)")
            return true
        }
    }

    private static func hasBegun(_ target: any Database) async throws -> Bool {
        try await target.read { tx throws(StorageError) in
            guard try tx.hasTable("moved_from") else { return false }
            return try tx.run(.recordedMove) != nil
        }
    }

    private static func isFinished(_ target: any Database) async throws -> Bool {
        try await target.read { tx throws(StorageError) in
            guard try tx.hasTable("moved_from") else { return false }
            return try tx.run(.recordedMove)?.isFinished == true
        }
    }
}
