import Storage

/// A store without a clock of its own: the test's clock is the one that counts, on PostgreSQL too.
struct ClocklessDatabase: Database {
    let base: any Database

    var changes: AsyncStream<Void> { base.changes }

    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await base.once(statement)
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await base.write(body)
    }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await base.read(body)
    }

    func dataVersion() async throws(StorageError) -> Int64 { try await base.dataVersion() }
    func clock() async throws(StorageError) -> Int64? { nil }
    func commitsReturn() -> Bool { base.commitsReturn() }
    func remarks() async throws(StorageError) -> [String] { try await base.remarks() }
    func close() async { await base.close() }
}
