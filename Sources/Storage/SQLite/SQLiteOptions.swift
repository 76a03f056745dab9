/// How a SQLite store is opened, and the bounds of its queues.
package struct SQLiteOptions: Sendable {
    package enum Access: Sendable {
        /// Creates the file when there is none.
        case readWrite
        /// For looking at a store: never creates the file, never changes its contents.
        case readOnly
    }

    package var access = Access.readWrite
    /// Writes that wait for a commit; one more is `overloaded`.
    package var waitingWritesLimit = 4096
    /// Writes that share a commit, at most.
    package var batchEntries = 256
    /// How long a batch goes on taking writes.
    package var batchTime = Duration.milliseconds(5)
    /// Reads that wait or run; one more is `overloaded`.
    package var readsLimit = 1024
    /// Connections for reading. Each costs memory, and most requests only write.
    package var readers = 2
    /// How long another process that writes is waited for.
    package var busyTimeout = Duration.seconds(5)

    package init() {}
}
