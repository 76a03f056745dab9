import Storage
import TestSupport

/// An open SQLite store of a test's own.
func withSQLite(
    _ change: (inout SQLiteOptions) -> Void = { _ in },
    _ body: (SQLiteDatabase, _ path: String) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("tykva.sqlite")
    var options = SQLiteOptions()
    change(&options)
    let database = try await SQLiteDatabase(path: path, options: options)
    try await body(database, path)
    await database.close()
    withExtendedLifetime(folder) {}
}

extension SQLiteDatabase {
    /// Runs `queued` while a write holds the writer, and lets the writer go on once `count` writes wait.
    func holdingTheWriter<Outcome: Sendable>(
        until count: Int, _ queued: @escaping @Sendable () async throws -> Outcome
    ) async throws -> Outcome {
        let step = Rendezvous()
        let holder = Task {
            try? await write { _ in
                step.arrive()
                step.waitForRelease()
            }
        }
        await step.arrival()
        async let outcome = queued()
        while statistics.waiting < count { try await Task.sleep(for: .milliseconds(1)) }
        step.release()
        await holder.value
        return try await outcome
    }

    /// The one number that a pragma of this name answers on the writer.
    func pragma(_ sql: SQL, _ column: String) async throws -> Int64 {
        try await once(
            Statement(sql) { rows throws(StorageError) in
                guard let row = rows.first else { throw .corrupt(reason: "no row") }
                return try row.integer(column)
            })
    }
}

/// Tells an outcome by its error, for answers that are compared as a set.
func failure(of work: () async throws(StorageError) -> Void) async -> StorageError? {
    do throws(StorageError) {
        try await work()
        return nil
    } catch {
        return error
    }
}
