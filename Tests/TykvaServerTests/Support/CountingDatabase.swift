import OAuth
import Storage
import Synchronization

/// A store that counts its reads.
final class CountingDatabase: Database {
    private let inner: any Database
    private let reads = Mutex(0)

    init(_ inner: any Database) { self.inner = inner }

    var count: Int { reads.withLock { $0 } }

    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await inner.once(statement)
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await inner.write(body)
    }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        reads.withLock { $0 += 1 }
        return try await inner.read(body)
    }

    func dataVersion() async throws(StorageError) -> Int64 { try await inner.dataVersion() }

    var changes: AsyncStream<Void> { inner.changes }

    func clock() async throws(StorageError) -> Int64? { try await inner.clock() }

    func close() async {}
}
