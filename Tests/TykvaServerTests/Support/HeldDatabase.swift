import OAuth
import Storage
import Synchronization
import TestSupport

/// A store that has read, or is about to write, and goes on when a test lets it.
final class HeldDatabase: ForwardingDatabase {
    let inner: any Database
    private let held = AsyncStream<Void>.makeStream()
    private let released = AsyncStream<Void>.makeStream()

    private let holdsWrites: Bool
    private let passes: Mutex<Int>

    /// - Parameter passing: How many reads, or writes, pass before it holds the next.
    init(_ inner: any Database, holdsWrites: Bool = false, passing: Int = 0) {
        self.inner = inner
        self.holdsWrites = holdsWrites
        passes = Mutex(passing)
    }

    /// Returns when it is held.
    func isHeld() async { for await _ in held.stream { return } }

    func release() { released.continuation.finish() }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let outcome = try await inner.read(body)
        if !holdsWrites { await hold() }
        return outcome
    }

    private func hold() async {
        let isPassing = passes.withLock { passes in
            passes -= 1
            return passes >= 0
        }
        if isPassing { return }
        held.continuation.yield()
        for await _ in released.stream {}
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        if holdsWrites { await hold() }
        return try await inner.write(body)
    }
}
