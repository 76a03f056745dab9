import Synchronization

/// A store in a database of PostgreSQL, which any number of nodes share.
///
/// READ COMMITTED: what decides is one conditional statement, and no rule rests on an earlier read.
package final class PostgresDatabase: Database {
    private let options: PostgresOptions
    private let pool: PostgresPool
    private let listener: PostgresListener

    /// How often a transaction is tried that another one came in between of.
    private static let rounds = 3

    private static let beginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    /// The time-outs are said in each transaction too: a pooler's connections are shared, and keep nothing; and a
    /// second try has less time than the first.
    private static func beginWriting(_ options: PostgresOptions, before deadline: ContinuousClock.Instant) -> String {
        let timeouts = options.serverTimeouts(within: deadline - .now).map { "SET LOCAL \($0)" }
        return (["BEGIN ISOLATION LEVEL READ COMMITTED"] + timeouts).joined(separator: "; ")
    }

    /// Opens the store, and waits for one answer of the server.
    ///
    /// - Throws: `unavailable` with one sentence when the server cannot be reached, or is not one to work with.
    package init(_ url: PostgresURL, options: PostgresOptions = PostgresOptions()) async throws(StorageError) {
        self.options = options
        let servers = PostgresServers(url, options)
        await servers.survey()
        pool = try PostgresPool(servers, options)
        listener = try PostgresListener(servers, options)
        do throws(StorageError) {
            _ = try await dataVersion()
        } catch {
            await close()
            throw error
        }
    }

    package var changes: AsyncStream<Void> { listener.signals }

    package func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await submit(commits: true) { [options] connection, deadline in
            let rows = Self.again(options, before: deadline) { round in
                round == 1
                    ? Self.alone(statement.sql, on: connection, before: deadline)
                    : Self.bounded(statement.sql, options, on: connection, before: deadline)
            }
            return rows.flatMap { rows in Result { () throws(StorageError) in try statement.answer(rows) } }
        }
    }

    package func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await submit(commits: true) { [options] connection, deadline in
            Self.again(options, before: deadline) { _ in
                Self.transaction(
                    Self.beginWriting(options, before: deadline), .writing, on: connection, before: deadline, body)
            }
        }
    }

    package func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await submit(commits: false) { [options] connection, deadline in
            Self.again(options, before: deadline) { _ in
                Self.transaction(Self.beginReading, .reading, on: connection, before: deadline, body)
            }
        }
    }

    /// Counted by those who change what others remember; 0 before there is a schema.
    package func dataVersion() async throws(StorageError) -> Int64 {
        try await read { transaction throws(StorageError) in
            guard try transaction.hasTable("change") else { return 0 }
            return try transaction.run(.changeCount)
        }
    }

    package func clock() async throws(StorageError) -> Int64? {
        try await ask(
            Statement("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now") {
                rows throws(StorageError) in
                guard let row = rows.first else { throw .corrupt(reason: "the server tells no time") }
                return try row.integer("now")
            })
    }

    package func remarks() async throws(StorageError) -> [String] { try await ask(.remarks) }

    /// When none has come back, and none was sent for a while that could tell whether they do again, one is tried.
    package func commitsReturn() -> Bool {
        if pool.lateCommits.beginTrial() { tryCommit() }
        return !pool.lateCommits.areOverdue
    }

    private func tryCommit() {
        let late = pool.lateCommits
        pool.add(
            PostgresJob(expiry: .now + options.wait, commits: true) { [options] connection in
                let deadline = ContinuousClock.now + options.statement
                let (rows, _) = Self.alone(PostgresLateCommits.trial, on: connection, before: deadline)
                if case .success = rows { late.noteReturn() }
                late.endTrial()
            } refuse: { _ in
                late.endTrial()
            })
    }

    package func close() async {
        listener.close()
        await withCheckedContinuation { continuation in pool.close { continuation.resume() } }
    }

    /// Runs one statement that reads, in one round trip.
    private func ask<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await submit(commits: false) { connection, deadline in
            Result { () throws(StorageError) in
                try statement.answer(connection.run(statement.sql, .reading, before: deadline))
            }
        }
    }

    private func submit<Outcome: Sendable>(
        commits: Bool,
        _ work: @escaping @Sendable (PostgresConnection, ContinuousClock.Instant) -> Result<Outcome, StorageError>
    ) async throws(StorageError) -> Outcome {
        try await withCheckedContinuation { continuation in
            pool.add(
                PostgresJob(expiry: .now + options.wait, commits: commits) { [options] connection in
                    continuation.resume(returning: work(connection, .now + options.statement))
                } refuse: { refusal in
                    continuation.resume(returning: .failure(refusal))
                })
        }.get()
    }

    /// Runs work again that failed because another transaction came in between.
    ///
    /// - Parameter work: Tells its outcome, and whether a failure is the store's own and not the caller's.
    private static func again<Outcome>(
        _ options: PostgresOptions, before deadline: ContinuousClock.Instant,
        _ work: (_ round: Int) -> (Result<Outcome, StorageError>, isStores: Bool)
    ) -> Result<Outcome, StorageError> {
        for round in 1..<rounds {
            let (outcome, isStores) = work(round)
            guard case .failure(let error) = outcome, isStores,
                options.allowsAnotherTry(after: error, before: deadline)
            else { return outcome }
        }
        return work(rounds).0
    }

    /// A statement that is a transaction in itself: one round trip, under the connection's own time-outs.
    private static func alone(
        _ sql: SQL, on connection: PostgresConnection, before deadline: ContinuousClock.Instant
    ) -> (Result<[Row], StorageError>, isStores: Bool) {
        do throws(StorageError) {
            return (.success(try connection.run(sql, .deciding, before: deadline)), true)
        } catch {
            return (.failure(error), true)
        }
    }

    /// The same under time-outs of what is left: else the server would go on with it after we have hung up.
    private static func bounded(
        _ sql: SQL, _ options: PostgresOptions, on connection: PostgresConnection,
        before deadline: ContinuousClock.Instant
    ) -> (Result<[Row], StorageError>, isStores: Bool) {
        transaction(beginWriting(options, before: deadline), .writing, on: connection, before: deadline) {
            tx throws(StorageError) in
            try tx.run(Statement<[Row]>(sql) { $0 })
        }
    }

    private static func transaction<Outcome>(
        _ begin: String, _ purpose: PostgresPurpose, on connection: PostgresConnection,
        before deadline: ContinuousClock.Instant, _ body: (any Transaction) throws(StorageError) -> Outcome
    ) -> (Result<Outcome, StorageError>, isStores: Bool) {
        do throws(StorageError) {
            try connection.control(begin, .writing, before: deadline)
            let transaction = PostgresTransaction(on: connection, purpose, before: deadline)
            let outcome = transaction.outcome(of: body)
            guard case .success = outcome else {
                connection.rollBack(before: deadline)
                return (outcome, transaction.failure != nil)
            }
            try connection.commit(purpose == .reading ? .reading : .committing, before: transaction.deadline)
            return (outcome, false)
        } catch {
            connection.rollBack(before: deadline)
            return (.failure(error), true)
        }
    }
}

extension Result where Failure == StorageError {
    fileprivate init(_ body: () throws(StorageError) -> Success) {
        do throws(StorageError) {
            self = .success(try body())
        } catch {
            self = .failure(error)
        }
    }
}
