package import Storage

/// A store of a test's own in front of another one: whatever it does not do itself, the other does.
///
/// Closing it closes nothing: whoever opened the other one closes that.
package protocol ForwardingDatabase: Database {
    var inner: any Database { get }
}

extension ForwardingDatabase {
    package func once<Answer: Sendable>(_ statement: Statement<Answer>) async throws(StorageError) -> Answer {
        try await inner.once(statement)
    }

    package func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await inner.write(body)
    }

    package func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        try await inner.read(body)
    }

    package func dataVersion() async throws(StorageError) -> Int64 { try await inner.dataVersion() }

    package var changes: AsyncStream<Void> { inner.changes }

    package func clock() async throws(StorageError) -> Int64? { try await inner.clock() }

    package func commitsReturn() -> Bool { inner.commitsReturn() }

    package func remarks() async throws(StorageError) -> [String] { try await inner.remarks() }

    package func close() async {}
}
