/// How often a write is tried that others came in between of; then storage counts as unavailable.
private let writeRounds = 8

extension Database {
    /// A change by an operator: one at a time in the whole deployment, and told to every node when it is committed.
    ///
    /// So what `body` reads stays true until it is done, but for what people do meanwhile: they sign in, refresh and
    /// sign out. Where these come in between, `body` throws `conflict` and is run again. A store into which a
    /// deployment is being moved takes no change.
    ///
    /// What is locked is a row of ours: a lock that anybody may take would let any role of the server keep operators
    /// out.
    ///
    /// - Throws: `locked` when another operator's change takes too long, `moveUnfinished`.
    package func administer<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await writeAgain { transaction throws(StorageError) in
            try transaction.lockAdministration()
            try transaction.refuseUnfinishedMove()
            let outcome = try body(transaction)
            try transaction.announceChange()
            return outcome
        }
    }

    /// A write that is run again when somebody else wrote in between (`conflict`), for a bounded number of rounds.
    package func writeAgain<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        for _ in 1..<writeRounds {
            do throws(StorageError) {
                return try await write(body)
            } catch .conflict {
                continue
            }
        }
        return try await write(body)
    }
}
