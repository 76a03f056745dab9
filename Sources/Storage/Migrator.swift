/// Brings a store to the schema of this program, step by step.
///
/// Each step is a transaction that also records its checksum, so a step is taken wholly, once, and by one process of
/// any number that start together. A store that a newer program has migrated is refused, and so is one whose recorded
/// steps are not this program's.
package struct Migrator: Sendable {
    private let migrations: [Migration]
    private let tables: Set<String>

    /// - Parameters:
    ///   - migrations: All steps, numbered 1, 2, 3, …
    ///   - tables: What must be there when all of them were taken.
    package init(_ migrations: [Migration], tables: Set<String> = []) {
        precondition(
            migrations.map(\.number) == Array(1..<(migrations.count + 1)), "migrations are numbered without gaps")
        self.migrations = migrations
        self.tables = tables
    }

    /// The steps that `migrate` would take; changes nothing.
    ///
    /// - Throws: `schemaTooNew`, `migrationChanged`, `foreignTables`; `corrupt` when a table is missing.
    package func pending(on database: some Database) async throws(StorageError) -> [Migration] {
        try await database.read { transaction throws(StorageError) in
            let tables = try transaction.tableNames()
            guard tables.contains("schema_migration") else {
                guard tables.isEmpty else { throw .foreignTables }
                return migrations
            }
            let pending = try missing(in: transaction)
            if pending.isEmpty, let table = self.tables.subtracting(tables).min() {
                throw .corrupt(reason: "the table \(table) is missing")
            }
            return pending
        }
    }

    /// Refuses a store whose schema is not exactly this program's.
    ///
    /// - Throws: `schemaTooOld`, `schemaTooNew`, `migrationChanged`.
    package func check(_ database: some Database) async throws(StorageError) {
        guard let first = try await pending(on: database).first else { return }
        throw .schemaTooOld(found: first.number - 1, known: migrations.count)
    }

    /// Takes the missing steps.
    ///
    /// - Parameters:
    ///   - now: What is recorded as the time of the steps, in milliseconds since 1970.
    ///   - progress: Called after each step that this call has taken and committed.
    /// - Returns: The steps that this call has taken.
    /// - Throws: `migrationFailed` when a step fails: it leaves no trace, and those before it stay.
    @discardableResult
    package func migrate(
        _ database: some Database, at now: Int64, progress: (Migration) -> Void = { _ in }
    ) async throws(StorageError) -> [Migration] {
        var taken: [Migration] = []
        for migration in try await pending(on: database) {
            guard try await take(migration, on: database, at: now) else { continue }
            taken.append(migration)
            progress(migration)
        }
        return taken
    }

    /// How often a step is tried that did not get its locks at once, because nodes are at work; and the pause between
    /// two tries, in milliseconds, in which they work off what has queued up behind it.
    private static let rounds = 5
    private static let pause = 1000...2000

    private func take(
        _ migration: Migration, on database: some Database, at now: Int64
    ) async throws(StorageError) -> Bool {
        for _ in 1..<Self.rounds {
            do throws(StorageError) {
                return try await database.write { tx throws(StorageError) in try take(migration, in: tx, at: now) }
            } catch .locked {
                try? await Task.sleep(for: .milliseconds(Int.random(in: Self.pause)))
            }
        }
        return try await database.write { tx throws(StorageError) in try take(migration, in: tx, at: now) }
    }

    /// Takes one step, unless another process was faster.
    private func take(
        _ migration: Migration, in transaction: any Transaction, at now: Int64
    ) throws(StorageError) -> Bool {
        try transaction.lockSchema()
        try transaction.run(.createMigrationTable)
        guard try missing(in: transaction).first?.number == migration.number else { return false }
        do throws(StorageError) {
            try transaction.run(script: migration.script)
        } catch {
            throw error.while(migration)
        }
        try transaction.run(.record(migration, at: now))
        return true
    }

    /// Compares what is recorded with what is known.
    private func missing(in transaction: any Transaction) throws(StorageError) -> [Migration] {
        let applied = try transaction.run(.appliedMigrations)
        if let newest = applied.last, newest.number > migrations.count {
            throw .schemaTooNew(found: newest.number, known: migrations.count)
        }
        for (step, migration) in zip(applied, migrations) {
            guard step.number == migration.number, step.checksum == Array(migration.script.checksum) else {
                throw .migrationChanged(number: migration.number)
            }
        }
        return Array(migrations.dropFirst(applied.count))
    }
}

extension StorageError {
    /// What the failing script means to the operator; trouble of the store itself stays what it is.
    fileprivate func `while`(_ migration: Migration) -> StorageError {
        switch self {
        case .constraint, .invalidStatement, .corrupt:
            .migrationFailed(number: migration.number, name: migration.name, reason: description)
        default: self
        }
    }
}
