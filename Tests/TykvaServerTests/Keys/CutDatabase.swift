import OAuth
import Storage
import Synchronization

/// A store whose connection is cut once, at a write that a test chooses: before it, or between its COMMIT and the
/// answer.
final class CutDatabase: Database {
    private let inner: any Database
    private let commits: Bool
    private let isArmed = Mutex(false)

    init(_ inner: any Database, commits: Bool) {
        self.inner = inner
        self.commits = commits
    }

    func cutNextWrite() { isArmed.withLock { $0 = true } }

    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await inner.once(statement)
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let cuts = isArmed.withLock { isArmed in
            defer { isArmed = false }
            return isArmed
        }
        guard cuts else { return try await inner.write(body) }
        if commits { _ = try await inner.write(body) }
        throw .unknownOutcome(reason: "the test cut the connection")
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
