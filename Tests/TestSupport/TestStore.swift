package import Storage

/// Where a test's store is; each `open` is one more program that has it open.
package struct TestStore: Sendable {
    package let engine: Engine
    package let location: String

    package struct Limits: Sendable {
        /// Writes that may wait while one runs; nil for the engine's own limit.
        package var waitingWrites: Int?

        package init(waitingWrites: Int? = nil) {
            self.waitingWrites = waitingWrites
        }
    }

    package init(engine: Engine, location: String) {
        self.engine = engine
        self.location = location
    }

    /// Opens the store, so that one write runs at a time and the others wait.
    package func open(_ limits: Limits = Limits()) async throws(StorageError) -> any Database {
        try await engine.open(location, limits)
    }
}
