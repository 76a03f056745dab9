import OAuth

/// The database that a deployment is moved into: empty, or with a part of the same deployment.
///
/// One run at a time works on it: each takes the move over when it opens the target, and every write of another fails.
struct MoveTarget: Sendable {
    let database: any Database
    /// Of this run alone.
    private let run = (0..<16).map { _ in UInt8.random(in: .min ... .max) }

    init(database: any Database) { self.database = database }

    /// What was found in it.
    private enum Contents: Sendable {
        case nothing
        /// Check values of master secrets alone: `tykva migrate` notes one when it prepares a database.
        case secrets([RegisteredMasterSecret])
        case data(issuer: String?)
        case move(RecordedMove)
    }

    /// Prepares the target: its schema, and the note of what is moved into it.
    ///
    /// - Returns: Nil for a new move; the note of an earlier run that this one goes on with.
    /// - Throws: A refusal, when anything else is in it; nothing is written then.
    func open(
        for deployment: Deployment, _ secrets: [RegisteredMasterSecret], at now: Milliseconds
    ) async throws(MoveError) -> RecordedMove? {
        do throws(StorageError) {
            _ = try await Schema.migrator.pending(on: database)
        } catch {
            throw .target(error)
        }
        let found = try await read { tx throws(StorageError) in try Self.contents(tx) }
        let earlier = try Self.judge(found, deployment, secrets)
        do throws(StorageError) {
            try await Schema.migrator.migrate(database, at: now.value)
        } catch {
            throw .target(error)
        }
        if earlier == nil {
            try await begin(deployment, secrets, at: now)
            return nil
        }
        return try await takeOver(deployment)
    }

    private func begin(
        _ deployment: Deployment, _ secrets: [RegisteredMasterSecret], at now: Milliseconds
    ) async throws(MoveError) {
        let began = try await writeFirst { tx throws(StorageError) in
            try tx.lockAdministration()
            let found = try Self.contents(tx)
            guard Self.isFree(found, deployment, secrets) else { return false }
            // They come with the source's.
            _ = try tx.run(.removeFirst(.max, of: MovedTable.masterSecret))
            try tx.run(.beginMove(of: deployment, by: run, at: now))
            return true
        }
        // Somebody has written to it just now: whoever looks again is told what.
        guard began else { throw .overtaken }
    }

    /// - Returns: The note as it stands once no other run can change it.
    private func takeOver(_ deployment: Deployment) async throws(MoveError) -> RecordedMove {
        let move = try await writeFirst { tx throws(StorageError) -> RecordedMove? in
            try tx.run(.takeMoveOver(by: run))
            return try tx.run(.recordedMove)
        }
        guard let move, !move.isFinished, move.isOf(deployment) else { throw .overtaken }
        return move
    }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(MoveError) -> Outcome {
        do throws(StorageError) {
            return try await database.read(body)
        } catch {
            throw .target(error)
        }
    }

    /// A write of this run.
    ///
    /// - Throws: `overtaken` when another run has taken the move over, or finished it.
    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(MoveError) -> Outcome {
        let outcome = try await writeFirst { tx throws(StorageError) -> Outcome? in
            guard try tx.run(.holdMove(by: run)) else { return nil }
            return try body(tx)
        }
        guard let outcome else { throw .overtaken }
        return outcome
    }

    private func writeFirst<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(MoveError) -> Outcome {
        do throws(StorageError) {
            return try await database.writeAgain(body)
        } catch {
            throw .target(error)
        }
    }

    /// - Returns: The unfinished move of this deployment that is there; nil when the target is empty.
    private static func judge(
        _ contents: Contents, _ deployment: Deployment, _ secrets: [RegisteredMasterSecret]
    ) throws(MoveError) -> RecordedMove? {
        switch contents {
        case .nothing: return nil
        case .secrets(let registered):
            guard Set(registered).isSubset(of: secrets) else { throw .otherSecret }
            return nil
        case .data(let issuer): throw .occupied(issuer: issuer)
        case .move(let move):
            guard move.isOf(deployment) else {
                throw move.isFinished ? .occupied(issuer: move.issuer) : .otherMove(issuer: move.issuer)
            }
            if let time = move.finishedAt { throw .finished(at: time) }
            return move
        }
    }

    private static func isFree(
        _ contents: Contents, _ deployment: Deployment, _ secrets: [RegisteredMasterSecret]
    ) -> Bool {
        do throws(MoveError) {
            guard case nil = try judge(contents, deployment, secrets) else { return false }
            return true
        } catch {
            return false
        }
    }

    /// Also of a database whose schema is older, or that has none.
    private static func contents(_ tx: any Transaction) throws(StorageError) -> Contents {
        let there = try tx.tableNames()
        if there.contains("moved_from"), let move = try tx.run(.recordedMove) { return .move(move) }
        for table in MovedTable.all where there.contains(table.title) && table.title != "master_secret" {
            guard try table.isSeeded ? false : tx.run(.hasRows(table)) else { continue }
            return .data(issuer: try tx.run(.deployment)?.issuer)
        }
        if there.contains("attribute"), try tx.run(.hasOwnAttributes) { return .data(issuer: nil) }
        guard there.contains("master_secret") else { return .nothing }
        let secrets = try tx.run(.masterSecrets)
        return secrets.isEmpty ? .nothing : .secrets(secrets)
    }
}

extension Statement where Answer == Bool {
    /// Whether an operator has defined attributes.
    fileprivate static var hasOwnAttributes: Self {
        Self("SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM attribute WHERE built_in_at IS NULL)") { rows in
            !rows.isEmpty
        }
    }
}
