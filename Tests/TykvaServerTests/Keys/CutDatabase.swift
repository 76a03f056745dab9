import OAuth
import Storage
import Synchronization
import TestSupport

/// A store whose connection is cut once, at a write that a test chooses: before it, or between its COMMIT and the
/// answer.
final class CutDatabase: ForwardingDatabase {
    let inner: any Database
    private let commits: Bool
    private let isArmed = Mutex(false)

    init(_ inner: any Database, commits: Bool) {
        self.inner = inner
        self.commits = commits
    }

    func cutNextWrite() { isArmed.withLock { $0 = true } }

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
}
