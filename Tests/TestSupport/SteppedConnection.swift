package import Storage
import Synchronization

/// One caller's way to a shared store, held before each of its calls until a test lets it go on.
///
/// A test that holds several of them decides the order of all their steps, and what becomes of each.
package final class SteppedConnection: Database {
    /// What becomes of one call.
    package enum Fate: Hashable, Sendable {
        case done
        /// The connection is lost before COMMIT: nothing is written, and the caller is told of trouble.
        case lostBeforeCommit
        /// The connection is lost after COMMIT: it is written, and the caller is told of trouble.
        case lostAfterCommit
    }

    /// What a test sees of the caller's task.
    package enum Progress: Hashable, Sendable {
        /// It waits before a call.
        case held
        case finished
    }

    private struct State {
        var waiting: CheckedContinuation<Fate, Never>?
    }

    private let inner: any Database
    private let state = Mutex(State())
    private let progress: AsyncStream<Progress>
    private let report: AsyncStream<Progress>.Continuation
    private static let loss = StorageError.unknownOutcome(reason: "the test dropped the connection")

    package init(_ inner: any Database) {
        self.inner = inner
        (progress, report) = AsyncStream.makeStream()
    }

    // MARK: For the test

    /// Waits until the caller is held before its next call, or has finished.
    package func next() async -> Progress {
        for await event in progress { return event }
        return .finished
    }

    /// Lets the held call go on.
    package func release(_ fate: Fate) {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: fate)
    }

    /// Says that the caller's task is over.
    package func finish() {
        report.yield(.finished)
    }

    // MARK: For the caller

    package func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        switch await turn() {
        case .done: return try await inner.once(statement)
        case .lostBeforeCommit:
            _ = try await rolledBack { tx throws(StorageError) in _ = try tx.run(statement) }
            throw Self.loss
        case .lostAfterCommit:
            _ = try await inner.once(statement)
            throw Self.loss
        }
    }

    package func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        switch await turn() {
        case .done: return try await inner.write(body)
        case .lostBeforeCommit:
            try await rolledBack { tx throws(StorageError) in _ = try body(tx) }
            throw Self.loss
        case .lostAfterCommit:
            _ = try await inner.write(body)
            throw Self.loss
        }
    }

    package func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        guard await turn() == .done else { throw Self.loss }
        return try await inner.read(body)
    }

    package func dataVersion() async throws(StorageError) -> Int64 { try await inner.dataVersion() }

    package var changes: AsyncStream<Void> { inner.changes }

    package func clock() async throws(StorageError) -> Int64? { try await inner.clock() }

    /// The store is shared and stays open.
    package func close() async {}

    private func turn() async -> Fate {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiting = continuation }
            report.yield(.held)
        }
    }

    /// Does the work in a transaction of the store, and gives it up before its COMMIT.
    private func rolledBack(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Void
    ) async throws(StorageError) {
        do throws(StorageError) {
            try await inner.write { tx throws(StorageError) in
                try body(tx)
                throw Self.loss
            }
        } catch Self.loss {}
    }
}
