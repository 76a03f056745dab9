package import Storage

/// The engines that a storage test runs on: write it once, with the arguments `Engine.available`.
package enum Engine: String, Sendable {
    case sqlite

    package static let available: [Engine] = [.sqlite]

    /// An empty store of this engine, with no tables, which goes after `body`.
    package func withStore<Outcome>(_ body: (TestStore) async throws -> Outcome) async throws -> Outcome {
        let folder = try TemporaryFolder()
        let store = TestStore(engine: self, location: folder.file("tykva.sqlite"))
        let outcome = try await body(store)
        withExtendedLifetime(folder) {}
        return outcome
    }

    /// An empty store of this engine, open.
    package func withDatabase<Outcome>(
        _ body: (any Database) async throws -> Outcome
    ) async throws -> Outcome {
        try await withStore { store in
            let database = try await store.open()
            let outcome = try await body(database)
            await database.close()
            return outcome
        }
    }

    func open(_ location: String, _ limits: TestStore.Limits) async throws(StorageError) -> any Database {
        switch self {
        case .sqlite:
            var options = SQLiteOptions()
            if let waiting = limits.waitingWrites { options.waitingWritesLimit = waiting }
            return try await SQLiteDatabase(path: location, options: options)
        }
    }
}
