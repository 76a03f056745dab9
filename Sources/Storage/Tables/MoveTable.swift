import OAuth

/// A move of a deployment into this store.
struct RecordedMove: Sendable {
    /// Of the deployment that is moved, as the source has it.
    let issuer: String
    let createdAt: Milliseconds
    /// What was copied is not what the source holds.
    let isStale: Bool
    let finishedAt: Milliseconds?

    var isFinished: Bool { finishedAt != nil }

    func isOf(_ deployment: Deployment) -> Bool {
        issuer == deployment.issuer && createdAt == deployment.createdAt
    }
}

/// How far a move has come in one table.
struct MovePlace: Sendable {
    var copied = 0
    /// Nil before the first row.
    var lastKey: [SQLValue]?
}

extension Statement where Answer == RecordedMove? {
    /// The one row; nil where nothing was ever moved to.
    static var recordedMove: Self {
        Self("SELECT issuer, created_at, stale_at, finished_at FROM moved_from WHERE id = 1") {
            rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in
                RecordedMove(
                    issuer: try row.text("issuer"), createdAt: try row.instant("created_at"),
                    isStale: try row.optionalInteger("stale_at") != nil,
                    finishedAt: try row.optionalInstant("finished_at"))
            }
        }
    }
}

extension Statement where Answer == Void {
    static func beginMove(of deployment: Deployment, by run: [UInt8], at now: Milliseconds) -> Self {
        Self(
            """
            INSERT INTO moved_from (id, issuer, created_at, begun_at, run_token)
            VALUES (1, \(deployment.issuer), \(deployment.createdAt), \(now), \(run))
            """)
    }

    /// Takes an unfinished move over from whichever run has worked on it.
    static func takeMoveOver(by run: [UInt8]) -> Self {
        Self("UPDATE moved_from SET run_token = \(run) WHERE id = 1 AND finished_at IS NULL")
    }

    static func moveIsStale(at now: Milliseconds) -> Self {
        Self("UPDATE moved_from SET stale_at = \(now) WHERE id = 1 AND finished_at IS NULL")
    }

    static var moveBeginsAnew: Self { Self("UPDATE moved_from SET stale_at = NULL WHERE id = 1") }

    static var forgetMovePlaces: Self { Self("DELETE FROM move_progress") }

    /// Only ever upwards.
    static func raiseRestoreEpoch(to epoch: Int64) -> Self {
        Self("UPDATE deployment SET restore_epoch = \(epoch) WHERE id = 1 AND restore_epoch < \(epoch)")
    }
}

extension Statement where Answer == Bool {
    /// Keeps every other run away until the end of the transaction; false when one of them has taken the move over.
    static func holdMove(by run: [UInt8]) -> Self {
        Self(
            """
            UPDATE moved_from SET run_token = \(run) WHERE id = 1 AND run_token = \(run) AND finished_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// False when it is finished already, or what was copied is stale.
    static func finishMove(at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE moved_from SET finished_at = \(now)
            WHERE id = 1 AND finished_at IS NULL AND stale_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Goes on from one place to the next, with the rows between them in the same transaction; false when another
    /// process has gone on already.
    static func goOn(in table: MovedTable, from old: MovePlace, to new: MovePlace) -> Self {
        let key = new.lastKey.map(CanonicalRow.encode)
        return Self(
            """
            INSERT INTO move_progress (table_name, copied, last_key) VALUES (\(table.title), \(new.copied), \(key))
            ON CONFLICT (table_name) DO UPDATE SET copied = excluded.copied, last_key = excluded.last_key
            WHERE move_progress.copied = \(old.copied)
            RETURNING table_name
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == MovePlace {
    static func movePlace(in table: MovedTable) -> Self {
        Self("SELECT copied, last_key FROM move_progress WHERE table_name = \(table.title)") {
            rows throws(StorageError) in
            guard let row = rows.first else { return MovePlace() }
            let key = try row.optionalBytes("last_key")
            return MovePlace(
                copied: try row.narrow("copied"),
                lastKey: try key.map { bytes throws(StorageError) in try CanonicalRow.decode(key: bytes) })
        }
    }
}

extension Transaction {
    /// Refuses a store, of this program's schema, into which a deployment is being moved.
    ///
    /// - Throws: `moveUnfinished`.
    func refuseUnfinishedMove() throws(StorageError) {
        if let move = try run(.recordedMove), !move.isFinished { throw .moveUnfinished }
    }
}

extension Database {
    /// Refuses a store that holds a part of a deployment only, because a move into it was broken off.
    ///
    /// - Throws: `moveUnfinished`.
    package func refuseUnfinishedMove() async throws(StorageError) {
        try await read { transaction throws(StorageError) in
            guard try transaction.hasTable("moved_from") else { return }
            try transaction.refuseUnfinishedMove()
        }
    }
}
