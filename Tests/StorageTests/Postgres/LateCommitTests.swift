import Foundation
import Synchronization
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
        try await Self.write(database)
        #expect(database.commitsReturn())
        standby.isAway = true
        for _ in 0..<8 {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.connections { group.addTask { try? await Self.write(database) } }
            }
            // Two at work, two given up, and one that listens.
            #expect(fake.connections <= 2 * Self.connections + 1)
        }
        let deadline = ContinuousClock.now + .seconds(10)
        while database.commitsReturn(), .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        #expect(!database.commitsReturn())
        // What commits is refused at once, and what reads is not.
        let error = await #expect(throws: StorageError.self) { try await Self.write(database) }
        #expect(error == PostgresLateCommits.refusal)
        #expect(try await database.clock() == 7)
        standby.isAway = false
        try await Self.waitUntilCommitsReturn(database)
        try await Self.write(database)
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
        try? await Self.write(database)
        try await Task.sleep(for: options.commitPatience * 2)
        #expect(!database.commitsReturn())
        standby.isAway = false
        try await Self.waitUntilCommitsReturn(database)
        await database.close()
    }

    @Test func `a commit that comes back late after all is taken as one that does`() async throws {
        let standby = Standby()
        standby.isAway = true
        let fake = try FakePostgres { text in text == "COMMIT" ? .stuck { !standby.isAway } : .usual }
        defer { fake.stop() }
        let late = PostgresLateCommits(PostgresServers(try PostgresURL(fake.url()), Self.options), Self.options)
        let connection = try PostgresConnection(PostgresURL(fake.url()), Self.options)
        try connection.control("BEGIN", .writing, before: .now + .seconds(5))
        #expect(throws: StorageError.self) { try connection.commit(.committing, before: .now + .milliseconds(100)) }
        late.note(connection)
        #expect(!late.areEmpty)
        try await Task.sleep(for: Self.options.commitPatience * 1.5)
        #expect(late.areOverdue)
        standby.isAway = false
        let deadline = ContinuousClock.now + .seconds(5)
        while late.areOverdue, .now < deadline {
            late.sweep()
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(!late.areOverdue && late.areEmpty)
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

    private static func waitUntilCommitsReturn(_ database: PostgresDatabase) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !database.commitsReturn(), .now < deadline { try await Task.sleep(for: .milliseconds(50)) }
        #expect(database.commitsReturn())
    }

    private static var options: PostgresOptions {
        var options = PostgresOptions()
        options.connections = connections
        // Enough for a busy machine: other tests want the processors too.
        options.statement = .seconds(1)
        options.wait = .seconds(1)
        options.commitPatience = .milliseconds(200)
        options.backendPatience = .seconds(30)
        return options
    }

    private static func write(_ database: PostgresDatabase) async throws {
        try await database.write { tx throws(StorageError) in
            try tx.run(Statement("UPDATE sample SET number = 1"))
        }
    }
}
