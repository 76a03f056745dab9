import Dispatch
import Foundation
import GRDB

/// Opens a SQLite file as this program needs it.
struct SQLiteOpening: Sendable {
    let path: String
    let options: SQLiteOptions

    /// How long to wait before opening is tried again.
    private static let retryPause = 0.05

    /// Opening waits for locks and for the disk, so it runs on a thread of its own.
    func open() async throws(StorageError) -> DatabasePool {
        try await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Result { () throws(StorageError) in try openPatiently() })
            }
        }.get()
    }

    /// Turning on the write-ahead log of a new file needs it alone, and SQLite does not wait for that by itself.
    private func openPatiently() throws(StorageError) -> DatabasePool {
        let end = ContinuousClock.now + options.busyTimeout
        while true {
            try SQLiteFile(path: path).prepare(for: options.access)
            do {
                return try openOnce()
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < end
            {
                Thread.sleep(forTimeInterval: Self.retryPause)
            } catch {
                throw StorageError(opening: error, path: path)
            }
        }
    }

    private func openOnce() throws -> DatabasePool {
        let pool = try DatabasePool(path: path, configuration: configuration)
        guard options.access == .readWrite else { return pool }
        try pool.writeWithoutTransaction { writer in
            // GRDB has just set NORMAL, which may forget the last commits in a power failure.
            try writer.execute(sql: "PRAGMA synchronous = FULL")
            // After a burst the log shrinks to 16 MiB again.
            try writer.execute(sql: "PRAGMA journal_size_limit = 16777216")
        }
        return pool
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "tykva"
        configuration.readonly = options.access == .readOnly
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(options.busyTimeout / .seconds(1))
        configuration.maximumReaderCount = options.readers
        configuration.persistentReadOnlyConnections = true
        // The group commit is a transaction that GRDB does not see.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { connection in
            // A schema that somebody else has written calls no function, and a damaged page is noticed.
            try connection.execute(sql: "PRAGMA trusted_schema = OFF")
            try connection.execute(sql: "PRAGMA cell_size_check = ON")
            // Deleted rows are overwritten where that costs no more writing.
            try connection.execute(sql: "PRAGMA secure_delete = FAST")
            try connection.execute(sql: "PRAGMA temp_store = MEMORY")
            // KiB a connection; the system caches the file besides.
            try connection.execute(sql: "PRAGMA cache_size = -2000")
        }
        return configuration
    }
}
