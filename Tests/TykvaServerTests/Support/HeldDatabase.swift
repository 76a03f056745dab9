import OAuth
import Storage

/// A store that has read, or is about to write, and goes on when a test lets it.
final class HeldDatabase: Database {
    private let inner: any Database
    private let read = AsyncStream<Void>.makeStream()
    private let released = AsyncStream<Void>.makeStream()

    private let holdsWrites: Bool

    init(_ inner: any Database, holdsWrites: Bool = false) {
        self.inner = inner
        self.holdsWrites = holdsWrites
    }

    /// Returns when it is held.
    func hasRead() async { for await _ in read.stream { return } }

    func release() { released.continuation.finish() }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let outcome = try await inner.read(body)
        if !holdsWrites { await hold() }
        return outcome
    }

    private func hold() async {
        read.continuation.yield()
        for await _ in released.stream {}
    }

    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await inner.once(statement)
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        if holdsWrites { await hold() }
        return try await inner.write(body)
    }

    func dataVersion() async throws(StorageError) -> Int64 { try await inner.dataVersion() }

    var changes: AsyncStream<Void> { inner.changes }

    func clock() async throws(StorageError) -> Int64? { try await inner.clock() }

    func close() async {}
}
