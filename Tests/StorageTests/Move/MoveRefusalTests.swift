import OAuth
import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct MoveRefusalTests {
    private typealias Moving = DeploymentMoveTests

    @Test(arguments: Engine.available)
    func `a source that was never served, or has another schema, is refused`(_ engine: Engine) async throws {
        try await engine.withDatabase { source in
            try await Engine.sqlite.withDatabase { target in
                await #expect(throws: MoveError.noDeployment) { try await Moving.move(source, target) }
                try await Schema.migrator.migrate(source, at: 1)
                await #expect(throws: MoveError.noDeployment) { try await Moving.move(source, target) }
                try await Self.expectUntouched(target)
            }
        }
        try await engine.withDatabase { source in
            try await Engine.sqlite.withDatabase { target in
                try await Migrator(Array(Schema.migrations.dropLast())).migrate(source, at: 1)
                let known = Schema.migrations.count
                let old = MoveError.source(.schemaTooOld(found: known - 1, known: known))
                await #expect(throws: old) { try await Moving.move(source, target) }
                #expect(old.description.contains("run `tykva migrate`"))
                try await Self.expectUntouched(target)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a target with anything of anybody's is refused, and stays as it was`(_ engine: Engine) async throws {
        try await MoveScene.with(.sqlite) { source in
            try await MoveScene.with(engine) { other in
                let before = try await MoveScene.contents(of: other.database)
                await #expect(throws: MoveError.occupied(issuer: MoveScene.issuer)) {
                    try await Moving.move(source.database, other.database)
                }
                #expect(try await MoveScene.contents(of: other.database) == before)
            }
            try await RefreshScene.with(engine) { scene in
                _ = await #expect(throws: MoveError.occupied(issuer: nil)) {
                    try await Moving.move(source.database, scene.database)
                }
            }
            try await Self.expectRefusal(.occupied(issuer: nil), by: engine, source) { target in
                try await Schema.migrator.migrate(target, at: 1)
                try await target.once(
                    Statement("INSERT INTO attribute (name, class, type) VALUES ('plan', 'public', 'string')"))
            }
            try await Self.expectRefusal(.target(.foreignTables), by: engine, source) { target in
                try await target.once(.makeSample)
            }
            try await Self.expectRefusal(.otherSecret, by: engine, source) { target in
                try await Schema.migrator.migrate(target, at: 1)
                try await target.once(.register(.init(number: 1, checkValue: [9]), at: RefreshScene.start))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a target that was only migrated, with the same secret, will do`(_ engine: Engine) async throws {
        try await MoveScene.with(.sqlite) { source in
            try await engine.withDatabase { target in
                try await Schema.migrator.migrate(target, at: 1)
                try await target.once(.register(.init(number: 1, checkValue: [1, 2, 3]), at: Milliseconds(77)))
                _ = try await Moving.move(source.database, target)
                try await Moving.expectMoved(from: source, to: target)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `an unfinished move is gone on with from its own source alone, and is no source`(
        _ engine: Engine
    ) async throws {
        try await MoveScene.with(.sqlite) { source in
            try await engine.withDatabase { target in
                let breaking = BreakingDatabase(target, after: 12, commits: true)
                _ = try? await Moving.move(source.database, breaking)
                try await MoveScene.with(.sqlite) { other in
                    try await other.database.once(Statement("UPDATE deployment SET created_at = 7"))
                    await #expect(throws: MoveError.otherMove(issuer: MoveScene.issuer)) {
                        try await Moving.move(other.database, target)
                    }
                }
                try await Engine.sqlite.withDatabase { next in
                    _ = await #expect(throws: MoveError.source(.moveUnfinished)) { try await Moving.move(target, next) }
                }
                _ = try await Moving.move(source.database, target)
                await #expect(throws: MoveError.finished(at: Milliseconds(5))) {
                    try await Moving.move(source.database, target)
                }
                try await source.database.once(Statement("UPDATE deployment SET created_at = 7"))
                await #expect(throws: MoveError.occupied(issuer: MoveScene.issuer)) {
                    try await Moving.move(source.database, target)
                }
            }
        }
    }

    @Test(arguments: Engine.available, [MoveProgress.Phase.copying, .comparing])
    func `a source that changes under the move is noticed, and the next run begins anew`(
        _ engine: Engine, _ phase: MoveProgress.Phase
    ) async throws {
        try await MoveScene.with(.sqlite) { source in
            try await engine.withDatabase { target in
                let meddling = MeddlingDatabase(source.database) { try await source.change("other") }
                let table = phase == .copying ? "session" : "account"
                let refusal = MoveError.changed(table: "account", reason: "a row differs")
                await #expect(throws: refusal) {
                    try await meddling.move(to: target, meddlingAt: phase, of: table)
                }
                await #expect(throws: StorageError.moveUnfinished) { try await target.refuseUnfinishedMove() }
                _ = try await Moving.move(source.database, target)
                try await Moving.expectMoved(from: source, to: target)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a sign-in under the move is noticed`(_ engine: Engine) async throws {
        try await MoveScene.with(.sqlite) { source in
            try await engine.withDatabase { target in
                // After the sessions, before the families: the row refers to one that was not copied.
                let meddling = MeddlingDatabase(source.database) {
                    _ = try await source.scene.families(1, at: 0)
                }
                do throws(MoveError) {
                    _ = try await meddling.move(to: target, meddlingAt: .copying, of: "token_family")
                    Issue.record("it was not noticed")
                } catch {
                    guard case .changed = error else { throw error }
                }
                _ = try await Moving.move(source.database, target)
                try await Moving.expectMoved(from: source, to: target)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a run that another one has overtaken writes nothing more, not even that it is finished`(
        _ engine: Engine
    ) async throws {
        try await MoveScene.with(.sqlite) { source in
            try await engine.withDatabase { target in
                let meddling = MeddlingDatabase(source.database) {
                    // Another run finds the copy stale, removes it, and is broken off in the first batch after.
                    try await target.once(Statement("UPDATE moved_from SET stale_at = 7"))
                    var writes = 0
                    while try await Self.holdsRowsOrIsStale(target) {
                        writes += 1
                        let breaking = BreakingDatabase(target, after: writes, commits: false)
                        _ = try? await Moving.move(source.database, breaking)
                    }
                }
                let last = MovedTable.change.title
                await #expect(throws: MoveError.overtaken) {
                    try await meddling.move(to: target, meddlingAt: .comparing, of: last, isDone: true)
                }
                await #expect(throws: StorageError.moveUnfinished) { try await target.refuseUnfinishedMove() }
                _ = try await Moving.move(source.database, target)
                try await Moving.expectMoved(from: source, to: target)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `no change of an operator's gets into a move, nor a first start`(_ engine: Engine) async throws {
        try await MoveScene.with(.sqlite) { source in
            try await engine.withDatabase { target in
                // The schema is one write a step.
                let breaking = BreakingDatabase(target, after: Schema.migrations.count + 2, commits: true)
                _ = try? await Moving.move(source.database, breaking)
                await #expect(throws: StorageError.moveUnfinished) {
                    try await target.administer { tx throws(StorageError) in
                        try tx.run(Statement("UPDATE attribute SET class = 'secret'"))
                    }
                }
                _ = try await Moving.move(source.database, target)
                try await Moving.expectMoved(from: source, to: target)
                try await target.administer { _ throws(StorageError) in }
            }
        }
    }

    private static func holdsRowsOrIsStale(_ target: any Database) async throws -> Bool {
        try await target.read { tx throws(StorageError) in
            if try tx.run(.hasRows(MovedTable.deployment)) { return true }
            return try tx.run(.recordedMove)?.isStale == true
        }
    }

    private static func expectRefusal(
        _ refusal: MoveError, by engine: Engine, _ source: MoveScene,
        _ prepare: (any Database) async throws -> Void
    ) async throws {
        try await engine.withDatabase { target in
            try await prepare(target)
            await #expect(throws: refusal) { try await Moving.move(source.database, target) }
        }
    }

    private static func expectUntouched(_ target: any Database) async throws {
        let tables = try await target.read { tx throws(StorageError) in try tx.tableNames() }
        #expect(tables.isEmpty)
    }
}

/// A source to which somebody writes while it is moved: just before the next read after `arm`.
private final class MeddlingDatabase: ForwardingDatabase {
    let inner: any Database
    private let isArmed = Mutex(false)
    private let meddle: @Sendable () async throws -> Void

    init(_ inner: any Database, _ meddle: @escaping @Sendable () async throws -> Void) {
        self.inner = inner
        self.meddle = meddle
    }

    /// Moves, and meddles once a table comes to a phase.
    func move(
        to target: any Database, meddlingAt phase: MoveProgress.Phase, of table: String, isDone: Bool = false
    ) async throws(MoveError) -> MoveSummary {
        try await DeploymentMove(from: self, to: target, batchRows: 3).run {
            Milliseconds(5)
        } progress: { progress in
            guard progress.phase == phase, progress.table == table, progress.isDone == isDone else { return }
            isArmed.withLock { $0 = true }
        }
    }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let meddles = isArmed.withLock { isArmed in
            defer { isArmed = false }
            return isArmed
        }
        if meddles {
            do { try await meddle() } catch { throw .unavailable(reason: "\(error)") }
        }
        return try await inner.read(body)
    }
}
