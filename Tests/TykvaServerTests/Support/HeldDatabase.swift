import OAuth
import Storage

/// A store that has read, and answers when a test lets it.
final class HeldDatabase: Database {
    private let inner: any Database
    private let read = AsyncStream<Void>.makeStream()
    private let released = AsyncStream<Void>.makeStream()

    init(_ inner: any Database) { self.inner = inner }

    func hasRead() async { for await _ in read.stream { return } }

    func release() { released.continuation.finish() }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let outcome = try await inner.read(body)
        read.continuation.yield()
        for await _ in released.stream {}
        return outcome
    }

    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await inner.once(statement)
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await inner.write(body)
    }

    func dataVersion() async throws(StorageError) -> Int64 { try await inner.dataVersion() }

    var changes: AsyncStream<Void> { inner.changes }

    func clock() async throws(StorageError) -> Int64? { try await inner.clock() }

    func close() async {}
}
