import Storage
import Synchronization
import TestSupport

/// A store whose connection is lost for good at a certain write: before it, or between its COMMIT and the answer.
final class BreakingDatabase: ForwardingDatabase {
    let inner: any Database
    private let commits: Bool
    private let left: Mutex<Int>
    private static let loss = StorageError.unknownOutcome(reason: "the test broke the connection")

    /// - Parameters:
    ///   - writes: How many succeed.
    ///   - commits: Whether the next is committed all the same.
    init(_ inner: any Database, after writes: Int, commits: Bool) {
        self.inner = inner
        self.commits = commits
        left = Mutex(writes)
    }

    var isBroken: Bool { left.withLock { $0 < 0 } }

    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await write { tx throws(StorageError) in try tx.run(statement) }
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        if isBroken { throw Self.loss }
        let breaks = left.withLock { left in
            left -= 1
            return left < 0
        }
        guard breaks else { return try await inner.write(body) }
        if commits { _ = try await inner.write(body) }
        throw Self.loss
    }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        if isBroken { throw Self.loss }
        return try await inner.read(body)
    }
}
