import Dispatch
import GRDB
import Synchronization

/// A store in one SQLite file.
///
/// One writer with group commit, a few readers on snapshots (WAL). All of SQLite's work runs on queues of GRDB's, so
/// neither event loops nor Swift's own threads wait for a disk.
package final class SQLiteDatabase: Database {
    private let path: String
    private let options: SQLiteOptions
    private let pool: DatabasePool
    private let commits: GroupCommit
    private let reads: ReadQueue
    private let closing = Mutex<Task<Void, Never>?>(nil)

    /// Opens the store; makes an empty one when there is none and `options` lets it.
    ///
    /// - Parameters:
    ///   - path: The file, in a folder that exists.
    ///   - options: Access and bounds.
    /// - Throws: `notADatabase` when the file is something else, `unavailable` when it cannot be opened.
    package init(path: String, options: SQLiteOptions = SQLiteOptions()) async throws(StorageError) {
        self.path = path
        self.options = options
        reads = ReadQueue(threads: options.readers, limit: options.readsLimit)
        commits = GroupCommit(
            queue: WriteQueue(limit: options.waitingWritesLimit), entryLimit: options.batchEntries,
            timeLimit: options.batchTime)
        pool = try await SQLiteOpening(path: path, options: options).open()
    }

    package var statistics: SQLiteStatistics { commits.queue.statistics }

    package func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await submit { PendingWrite(statement, answer: $0) }
    }

    package func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await submit { PendingWrite(savepoint: body, answer: $0) }
    }

    package func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await withCheckedContinuation { continuation in
            do throws(StorageError) {
                try reads.add { [pool, path] in
                    continuation.resume(returning: Self.snapshot(in: pool, path, body))
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }.get()
    }

    /// The writer's `PRAGMA data_version`: SQLite changes it when another connection has written, and not for this
    /// one's own writes. https://www.sqlite.org/pragma.html#pragma_data_version
    package func dataVersion() async throws(StorageError) -> Int64 {
        try reads.enter()
        defer { reads.leave() }
        return try await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { [path] database in
                continuation.resume(returning: Self.dataVersion(SQLiteConnection(database: database, path: path)))
            }
        }.get()
    }

    /// Once a second.
    package var changes: AsyncStream<Void> {
        AsyncStream { (try? await Task.sleep(for: .seconds(1))).map { _ in () } }
    }

    /// The machine's clock is the only one.
    package func clock() -> Int64? { nil }

    package func close() async {
        let task = closing.withLock { closing in
            let task = closing ?? Task { await finish() }
            closing = task
            return task
        }
        await task.value
    }

    private func finish() async {
        await withCheckedContinuation { continuation in reads.close { continuation.resume() } }
        await withCheckedContinuation { continuation in commits.queue.close { continuation.resume() } }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [pool, options] in
                // The readers would keep the last connection from writing the log back, so the writer does it first.
                if options.access == .readWrite {
                    pool.writeWithoutTransaction { _ = try? $0.checkpoint(.truncate) }
                }
                try? pool.close()
                continuation.resume()
            }
        }
    }

    private func submit<Outcome: Sendable>(
        _ pending: (@escaping @Sendable (Result<Outcome, StorageError>) -> Void) -> PendingWrite
    ) async throws(StorageError) -> Outcome {
        guard options.access == .readWrite else {
            throw .invalidStatement(reason: "\(path) was opened for reading only")
        }
        return try await withCheckedContinuation { continuation in
            switch commits.queue.add(pending { continuation.resume(returning: $0) }) {
            case .success(let starts): if starts { Self.drain(pool, commits, path) }
            case .failure(let refusal): continuation.resume(returning: .failure(refusal))
            }
        }.get()
    }

    /// One batch a turn, so that others get at the writer between two batches.
    private static func drain(_ pool: DatabasePool, _ commits: GroupCommit, _ path: String) {
        pool.asyncWriteWithoutTransaction { database in
            let connection = SQLiteConnection(database: database, path: path)
            if commits.runBatch(on: connection) { drain(pool, commits, path) }
        }
    }

    private static func snapshot<Outcome>(
        in pool: DatabasePool, _ path: String, _ body: (any Transaction) throws(StorageError) -> Outcome
    ) -> Result<Outcome, StorageError> {
        do {
            return try pool.unsafeRead { database in
                snapshot(on: SQLiteConnection(database: database, path: path), body)
            }
        } catch {
            return .failure(StorageError(opening: error, path: path))
        }
    }

    private static func snapshot<Outcome>(
        on connection: SQLiteConnection, _ body: (any Transaction) throws(StorageError) -> Outcome
    ) -> Result<Outcome, StorageError> {
        do throws(StorageError) {
            try connection.control("BEGIN DEFERRED")
            let outcome = SQLiteTransaction(on: connection).outcome(of: body)
            try connection.control("ROLLBACK")
            return outcome
        } catch {
            return .failure(error)
        }
    }

    private static func dataVersion(_ connection: SQLiteConnection) -> Result<Int64, StorageError> {
        do throws(StorageError) {
            guard let row = try connection.run("PRAGMA data_version").first else {
                throw .corrupt(reason: "\(connection.path) has no data version")
            }
            return .success(try row.integer("data_version"))
        } catch {
            return .failure(error)
        }
    }
}
