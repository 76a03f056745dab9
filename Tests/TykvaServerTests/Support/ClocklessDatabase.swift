import Storage
import TestSupport

/// A store without a clock of its own: the test's clock is the one that counts, on PostgreSQL too.
struct ClocklessDatabase: ForwardingDatabase {
    let inner: any Database

    func clock() async throws(StorageError) -> Int64? { nil }
    func close() async { await inner.close() }
}
