/// A store of one of the engines.
///
/// What decides alone goes by `once`: a conditional `UPDATE … RETURNING` wins or loses in itself. What must hold
/// together goes by `write`. Every call answers, also in a task that was cancelled: an accepted write is carried out
/// and its outcome told, so that nobody has to guess. Constraints are immediate, never deferred: a commit decides
/// nothing.
package protocol Database: Sendable {
    /// Runs one statement that is a transaction in itself; on its answer it is committed.
    ///
    /// - Throws: `overloaded` or `closed` before anything was done; `constraint` when the statement was refused;
    ///   `unavailable` when nothing was written; `unknownOutcome` when that cannot be told.
    func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer

    /// Runs `body` in a transaction; on its answer it is committed, and when `body` throws, it is rolled back.
    ///
    /// - Parameter body: Synchronous and brief; it may run twice, so it must change nothing but the store.
    /// - Throws: What `body` throws, or as `once`.
    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome

    /// Runs `body` on one consistent snapshot of what is committed; a statement that writes is refused.
    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome

    /// A number that differs from an earlier one when another process has changed, by `administer`, what programs
    /// remember of the store.
    func dataVersion() async throws(StorageError) -> Int64

    /// Yields when it is time to look at `dataVersion` again: soon after a change, and every few seconds. For one
    /// reader; ends when the database is closed.
    var changes: AsyncStream<Void> { get }

    /// The store's own clock, in milliseconds since 1970, when it has one that all its nodes share.
    func clock() async throws(StorageError) -> Int64?

    /// Whether commits come back: not when one has been waiting for long, and none has come back since.
    func commitsReturn() -> Bool

    /// What an operator should know about how the store is set up, a sentence each.
    func remarks() async throws(StorageError) -> [String]

    /// Takes no more work, finishes what was accepted, and lets go of the store; later calls throw `closed`.
    func close() async
}

extension Database {
    package func commitsReturn() -> Bool { true }

    package func remarks() async throws(StorageError) -> [String] { [] }
}
