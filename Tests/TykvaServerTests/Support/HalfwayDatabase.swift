import OAuth
import Storage
import Synchronization
import TestSupport

/// A store that fails once, in the middle of a write: before the statement of a number that a test chooses.
final class HalfwayDatabase: ForwardingDatabase {
    let inner: any Database
    /// How many statements of the next write succeed; nil when nothing fails.
    private let left = Mutex<Int?>(nil)

    init(_ inner: any Database) { self.inner = inner }

    func failNextWrite(after statements: Int) { left.withLock { $0 = statements } }

    /// Whether a failure is still to come.
    var isToFail: Bool { left.withLock { $0 != nil } }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        guard isToFail else { return try await inner.write(body) }
        return try await inner.write { tx throws(StorageError) in
            try body(HalfwayTransaction(inner: tx) { () throws(StorageError) in try self.spend() })
        }
    }

    private func spend() throws(StorageError) {
        let isOver = left.withLock { left in
            guard let rest = left else { return false }
            left = rest == 0 ? nil : rest - 1
            return rest == 0
        }
        if isOver { throw .unavailable(reason: "the test cut the connection") }
    }
}

private struct HalfwayTransaction: Transaction {
    let inner: any Transaction
    let spend: () throws(StorageError) -> Void

    func run<Answer>(_ statement: Statement<Answer>) throws(StorageError) -> Answer {
        try spend()
        return try inner.run(statement)
    }

    func run(script: MigrationScript) throws(StorageError) { try inner.run(script: script) }

    func tableNames() throws(StorageError) -> Set<String> { try inner.tableNames() }

    func lockSchema() throws(StorageError) { try inner.lockSchema() }

    func announceChange() throws(StorageError) {
        try spend()
        try inner.announceChange()
    }

    var timeline: Int64 { get throws(StorageError) { try inner.timeline } }
}
