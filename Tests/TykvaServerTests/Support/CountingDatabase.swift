import OAuth
import Storage
import Synchronization

/// A store that counts the statements that stand alone.
final class CountingDatabase: Database {
    private let inner: any Database
    private let statements = Mutex(0)

    init(_ inner: any Database) { self.inner = inner }

    var count: Int { statements.withLock { $0 } }

    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        statements.withLock { $0 += 1 }
        return try await inner.once(statement)
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await inner.write(body)
    }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await inner.read(body)
    }

    func dataVersion() async throws(StorageError) -> Int64 { try await inner.dataVersion() }

    var changes: AsyncStream<Void> { inner.changes }

    func clock() async throws(StorageError) -> Int64? { try await inner.clock() }

    func close() async {}
}
