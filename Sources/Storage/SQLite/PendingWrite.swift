/// Work that waits for its turn on the writer, and the caller who waits for its outcome.
struct PendingWrite: Sendable {
    /// Does the work in the open transaction.
    let perform: @Sendable (SQLiteConnection) -> Performed
    /// Answers without having done anything.
    let refuse: @Sendable (StorageError) -> Void

    /// Work that is done and not yet committed.
    struct Performed {
        /// Set when the store failed under the work: then nothing of the whole batch can be kept.
        let breakdown: StorageError?
        /// Answers the caller: with the outcome of the work, or with what became of the batch.
        let answer: (StorageError?) -> Void
    }

    /// A single statement. SQLite undoes a statement that fails by itself, so it needs no savepoint.
    init<Answer: Sendable>(
        _ statement: Statement<Answer>, answer: @escaping @Sendable (Result<Answer, StorageError>) -> Void
    ) {
        self.init(answer: answer) { connection in
            let transaction = SQLiteTransaction(on: connection)
            let outcome = transaction.outcome { transaction throws(StorageError) in try transaction.run(statement) }
            return (outcome, transaction.failure)
        }
    }

    /// Several statements, in a savepoint: when they fail, their neighbours in the batch stay.
    init<Outcome: Sendable>(
        savepoint body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome,
        answer: @escaping @Sendable (Result<Outcome, StorageError>) -> Void
    ) {
        self.init(answer: answer) { connection in
            let transaction = SQLiteTransaction(on: connection)
            do throws(StorageError) {
                try connection.control("SAVEPOINT entry")
                let outcome = transaction.outcome(of: body)
                guard connection.isInTransaction else { return (outcome, transaction.failure) }
                if case .failure = outcome { try connection.control("ROLLBACK TO entry") }
                try connection.control("RELEASE entry")
                return (outcome, transaction.failure)
            } catch {
                // Without its savepoint nobody can tell the work from its neighbours'.
                return (.failure(error), .unavailable(reason: error.description))
            }
        }
    }

    private init<Outcome: Sendable>(
        answer: @escaping @Sendable (Result<Outcome, StorageError>) -> Void,
        work: @escaping @Sendable (SQLiteConnection) -> (Result<Outcome, StorageError>, StorageError?)
    ) {
        refuse = { answer(.failure($0)) }
        perform = { connection in
            let (outcome, failure) = work(connection)
            return Performed(breakdown: Self.breakdown(connection, failure)) { fate in
                answer(fate.map(Result.failure) ?? outcome)
            }
        }
    }

    /// Disk full, input/output error or no memory: SQLite may have rolled back everything, in this or in no obvious
    /// way.
    private static func breakdown(_ connection: SQLiteConnection, _ failure: StorageError?) -> StorageError? {
        if case .unavailable = failure { return failure }
        guard connection.isInTransaction else {
            return .unknownOutcome(reason: "a statement ended the transaction that others share")
        }
        return nil
    }
}
