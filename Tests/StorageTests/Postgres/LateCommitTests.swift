import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// Commits that do not come back, as when a synchronous standby is away.
@Suite(.serialized, .timeLimit(.minutes(15))) struct LateCommitTests {
    private static let connections = 2

    @Test func `backends are not piled up under commits that do not return, and it is told`() async throws {
        let standby = Standby()
        let fake = try FakePostgres { text in
            if text.contains("clock_timestamp") { return .messages(FakePostgres.Message.row([("now", Int64(7))])) }
            return text == "COMMIT" ? .stuck { !standby.isAway } : .usual
        }
        defer { fake.stop() }
        let database = try await PostgresDatabase(PostgresURL(fake.url()), options: Self.options)
        try await eventually { await Self.write(database) == nil }
        try await eventually { database.commitsReturn() }
        standby.isAway = true
        for _ in 0..<8 {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.connections { group.addTask { _ = await Self.write(database) } }
            }
            // Two at work, two given up, and one that listens. A backend that is stuck would stay for ever.
            try await eventually { fake.connections <= 2 * Self.connections + 1 }
        }
        // What commits is refused at once, and what reads is not.
        try await eventually { await Self.write(database) == PostgresLateCommits.refusal }
        try await eventually { !database.commitsReturn() }
        try await eventually { (try? await database.clock()) == 7 }
        #expect(fake.connections <= 2 * Self.connections + 1)
        standby.isAway = false
        try await eventually { database.commitsReturn() }
        try await eventually { await Self.write(database) == nil }
        await database.close()
    }

    /// What was sent before is never answered: the way to the server was another one then.
    @Test func `when none was sent lately that could tell, a commit is tried`() async throws {
        let standby = Standby()
        let fake = try FakePostgres { text in
            let commits = text == "COMMIT" || text.contains("pg_logical_emit_message")
            return commits && standby.isAway ? .silence : .usual
        }
        defer { fake.stop() }
        var options = Self.options
        options.connections = 4
        let database = try await PostgresDatabase(PostgresURL(fake.url()), options: options)
        standby.isAway = true
        // Whoever is slow does not come as far as to the commit.
        while database.commitsReturn() {
            _ = await Self.write(database)
            try await Task.sleep(for: options.commitPatience * 2)
        }
        standby.isAway = false
        try await eventually { database.commitsReturn() }
        await database.close()
    }

    @Test func `a commit that comes back late after all is taken as one that does`() async throws {
        let standby = Standby()
        standby.isAway = true
        let fake = try FakePostgres { text in text == "COMMIT" ? .stuck { !standby.isAway } : .usual }
        defer { fake.stop() }
        let late = PostgresLateCommits(PostgresServers(try PostgresURL(fake.url()), Self.options), Self.options)
        let connection = try PostgresConnection(PostgresURL(fake.url()), Self.options)
        try connection.control("BEGIN", .writing, before: .now + .testPatience)
        #expect(throws: StorageError.self) { try connection.commit(.committing, before: .now + .seconds(2)) }
        late.note(connection)
        #expect(!late.areEmpty)
        try await Task.sleep(for: Self.options.commitPatience * 1.5)
        #expect(late.areOverdue)
        standby.isAway = false
        try await eventually {
            late.sweep()
            return !late.areOverdue && late.areEmpty
        }
        late.close()
    }

    /// Whether the server's standby is there.
    private final class Standby: Sendable {
        private let state = Mutex(false)

        var isAway: Bool {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }

    private static var options: PostgresOptions {
        var options = PostgresOptions.patient
        options.connections = connections
        options.statement = .seconds(1)
        options.commitPatience = .milliseconds(200)
        options.backendPatience = .testPatience
        return options
    }

    /// - Returns: Why it failed; nil when it did not.
    private static func write(_ database: PostgresDatabase) async -> StorageError? {
        await failure { () async throws(StorageError) in
            try await database.write { tx throws(StorageError) in
                try tx.run(Statement("UPDATE sample SET number = 1"))
            }
        }
    }
}
