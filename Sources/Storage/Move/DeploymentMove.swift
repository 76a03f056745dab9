package import OAuth

/// Moves a whole deployment from one store to another, of any engine.
///
/// Rows go in bounded batches, each a transaction of the target that also notes how far the move has come: so it can be
/// broken off anywhere and goes on where it was. The source is only read. Nothing keeps others from writing to it
/// meanwhile, so in the end every row of both sides is read again and compared; only then is the target a deployment.
package struct DeploymentMove: Sendable {
    private let source: any Database
    private let target: MoveTarget
    private let batchRows: Int

    /// Rows of one INSERT: few enough for the engines' limits on values, many enough to save round trips.
    private static let statementRows = 50

    /// - Parameter batchRows: Rows of one transaction: so few that no time-out is near, and little memory is taken.
    package init(from source: any Database, to target: any Database, batchRows: Int = 500) {
        self.source = source
        self.target = MoveTarget(database: target)
        self.batchRows = batchRows
    }

    /// Moves, or goes on with a move that was broken off.
    ///
    /// - Parameters:
    ///   - now: The time of this process.
    ///   - progress: Called before the first batch of a table and after each.
    /// - Throws: One sentence; the same move can be run again.
    package func run(
        now: () -> Milliseconds, progress: (MoveProgress) -> Void = { _ in }
    ) async throws(MoveError) -> MoveSummary {
        let (deployment, secrets) = try await openSource()
        let earlier = try await target.open(for: deployment, secrets, at: now())
        if earlier?.isStale == true { try await beginAnew(progress) }
        var mayHaveChangedBefore = earlier.map { !$0.isStale } ?? false
        while true {
            do throws(MoveError) {
                try await copy(progress)
                let tables = try await compare(progress)
                return try await finish(tables, at: now())
            } catch {
                guard case .changed = error else { throw error }
                let time = now()
                try await target.write { tx throws(StorageError) in try tx.run(.moveIsStale(at: time)) }
                // Perhaps only since the earlier run, when the source was in use again.
                guard mayHaveChangedBefore else { throw error }
                mayHaveChangedBefore = false
                try await beginAnew(progress)
            }
        }
    }

    private func openSource() async throws(MoveError) -> (Deployment, [RegisteredMasterSecret]) {
        do throws(StorageError) {
            try await Schema.migrator.check(source)
            try await source.refuseUnfinishedMove()
        } catch .schemaTooOld(found: 0, known: _) {
            throw .noDeployment
        } catch {
            throw .source(error)
        }
        let (deployment, secrets) = try await read { tx throws(StorageError) in
            (try tx.run(.deployment), try tx.run(.masterSecrets))
        }
        guard let deployment else { throw .noDeployment }
        return (deployment, secrets)
    }

    private func copy(_ progress: (MoveProgress) -> Void) async throws(MoveError) {
        for table in MovedTable.all {
            do throws(MoveError) {
                try await copy(table, progress)
            } catch .target(.constraint(let kind, let detail)) {
                // A row has come after those were copied that it refers to.
                let reason = StorageError.constraint(kind: kind, detail: detail).description
                throw .changed(table: table.title, reason: reason)
            }
        }
    }

    private func copy(_ table: MovedTable, _ progress: (MoveProgress) -> Void) async throws(MoveError) {
        var place = try await target.read { tx throws(StorageError) in try tx.run(.movePlace(in: table)) }
        var reader = TableReader(source, table, pageRows: batchRows, after: place.lastKey)
        progress(MoveProgress(phase: .copying, table: table.title, rows: place.copied, isDone: false))
        while !reader.isAtEnd {
            let rows = try await page(&reader)
            guard !rows.isEmpty else { break }
            let next = MovePlace(copied: place.copied + rows.count, lastKey: reader.lastKey)
            let isOurs = try await target.write { [place] tx throws(StorageError) in
                guard try tx.run(.goOn(in: table, from: place, to: next)) else { return false }
                var rest = rows[...]
                while rest.count >= Self.statementRows {
                    try tx.run(.insert(rest.prefix(Self.statementRows), into: table))
                    rest = rest.dropFirst(Self.statementRows)
                }
                // One by one: a statement for every number of rows would be as many prepared ones.
                for index in rest.indices { try tx.run(.insert(rest[index...index], into: table)) }
                return true
            }
            guard isOurs else { throw .overtaken }
            place = next
            progress(MoveProgress(phase: .copying, table: table.title, rows: place.copied, isDone: false))
        }
        progress(MoveProgress(phase: .copying, table: table.title, rows: place.copied, isDone: true))
    }

    /// Reads both sides again, a page of one and a page of the other in turn.
    private func compare(_ progress: (MoveProgress) -> Void) async throws(MoveError) -> [MoveSummary.Table] {
        var tables: [MoveSummary.Table] = []
        for table in MovedTable.all {
            var (here, there) = (TableChecksum(), TableChecksum())
            var left = TableReader(source, table, pageRows: batchRows)
            var right = TableReader(target.database, table, pageRows: batchRows)
            progress(MoveProgress(phase: .comparing, table: table.title, rows: 0, isDone: false))
            while !left.isAtEnd || !right.isAtEnd {
                here.add(try await page(&left))
                do throws(StorageError) {
                    there.add(try await right.next())
                } catch {
                    throw .target(error)
                }
                progress(MoveProgress(phase: .comparing, table: table.title, rows: here.rows, isDone: false))
            }
            guard here == there else {
                let reason =
                    here.rows == there.rows ? "a row differs" : "\(here.rows) rows, and \(there.rows) were copied"
                throw .changed(table: table.title, reason: reason)
            }
            progress(MoveProgress(phase: .comparing, table: table.title, rows: here.rows, isDone: true))
            tables.append(MoveSummary.Table(name: table.title, checksum: here))
        }
        return tables
    }

    /// Makes the target a deployment, which it was not until now.
    ///
    /// Its restore epoch is beyond every sum of epoch and timeline that the source has used, so each family may be
    /// fast-forwarded once more; the target's own timeline only adds to it.
    private func finish(_ tables: [MoveSummary.Table], at now: Milliseconds) async throws(MoveError) -> MoveSummary {
        let used = try await read { tx throws(StorageError) in
            try tx.run(.deployment).map { row throws(StorageError) in try row.restoreEpoch + tx.timeline }
        }
        guard let used else { throw .changed(table: MovedTable.deployment.title, reason: "its row is gone") }
        let isFinished = try await target.write { tx throws(StorageError) in
            guard try tx.run(.finishMove(at: now)) else { return false }
            try tx.run(.raiseRestoreEpoch(to: used + 1))
            try tx.run(.forgetMovePlaces)
            return true
        }
        guard isFinished else { throw .overtaken }
        return MoveSummary(tables: tables, restoreEpoch: used + 1)
    }

    /// Removes what was copied, in batches too; when it is broken off, the next run goes on with it.
    private func beginAnew(_ progress: (MoveProgress) -> Void) async throws(MoveError) {
        // The one row of `change` is needed to open the store; the source's replaces it.
        for table in MovedTable.all.reversed() where table.title != MovedTable.change.title {
            var removed = 0
            progress(MoveProgress(phase: .removing, table: table.title, rows: 0, isDone: false))
            while true {
                let count = try await target.write { [batchRows] tx throws(StorageError) in
                    try tx.run(.removeFirst(batchRows, of: table))
                }
                removed += count
                let isDone = count < batchRows
                progress(MoveProgress(phase: .removing, table: table.title, rows: removed, isDone: isDone))
                if isDone { break }
            }
        }
        try await target.write { tx throws(StorageError) in
            try tx.run(.forgetMovePlaces)
            try tx.run(.moveBeginsAnew)
        }
    }

    private func page(_ reader: inout TableReader) async throws(MoveError) -> [[SQLValue]] {
        do throws(StorageError) {
            return try await reader.next()
        } catch {
            throw .source(error)
        }
    }

    private func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(MoveError) -> Outcome {
        do throws(StorageError) {
            return try await source.read(body)
        } catch {
            throw .source(error)
        }
    }
}
