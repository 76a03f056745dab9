import Foundation
package import Storage

/// The engines that a storage test runs on: write it once, with the arguments `Engine.available`.
package enum Engine: String, Sendable {
    case sqlite
    case postgres

    /// SQLite, and PostgreSQL where `scripts/with-postgres` has started one; `TYKVA_TEST_ENGINES` chooses among them.
    package static let available: [Engine] = {
        let variables = ProcessInfo.processInfo.environment
        let there: [Engine] = TestPostgres.server == nil ? [.sqlite] : [.sqlite, .postgres]
        guard let wanted = variables["TYKVA_TEST_ENGINES"]?.split(separator: ",").map(String.init) else { return there }
        return there.filter { wanted.contains($0.rawValue) }
    }()

    /// An empty store of this engine, with no tables, which goes after `body`.
    package func withStore<Outcome>(_ body: (TestStore) async throws -> Outcome) async throws -> Outcome {
        switch self {
        case .sqlite:
            let folder = try TemporaryFolder()
            let store = TestStore(engine: self, location: folder.file("tykva.sqlite"))
            let outcome = try await body(store)
            withExtendedLifetime(folder) {}
            return outcome
        case .postgres:
            await TestPostgresSlots.shared.take()
            defer { TestPostgresSlots.shared.give() }
            let database = try await TestPostgres()
            do {
                let outcome = try await body(TestStore(engine: self, location: database.url))
                await database.drop()
                return outcome
            } catch {
                await database.drop()
                throw error
            }
        }
    }

    /// An empty store of this engine, open.
    package func withDatabase<Outcome>(
        _ body: (any Database) async throws -> Outcome
    ) async throws -> Outcome {
        try await withStore { store in
            let database = try await store.open()
            do {
                let outcome = try await body(database)
                await database.close()
                return outcome
            } catch {
                await database.close()
                throw error
            }
        }
    }

    func open(_ location: String, _ limits: TestStore.Limits) async throws(StorageError) -> any Database {
        switch self {
        case .sqlite:
            var options = SQLiteOptions()
            options.busyTimeout = .testPatience
            if let waiting = limits.waitingWrites { options.waitingWritesLimit = waiting }
            return try await SQLiteDatabase(path: location, options: options)
        case .postgres:
            var options = PostgresOptions.patient
            if let waiting = limits.waitingWrites {
                options.connections = 1
                options.waitingLimit = waiting
            }
            return try await PostgresDatabase(TestPostgres.url(location), options: options)
        }
    }
}
