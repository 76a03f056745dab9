import OAuth
import Storage
import Synchronization
import TestSupport

/// A store that counts its reads.
final class CountingDatabase: ForwardingDatabase {
    let inner: any Database
    private let reads = Mutex(0)

    init(_ inner: any Database) { self.inner = inner }

    var count: Int { reads.withLock { $0 } }

    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        reads.withLock { $0 += 1 }
        return try await inner.read(body)
    }
}
