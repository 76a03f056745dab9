import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite(.serialized, .timeLimit(.minutes(15))) struct PostgresPoolTests {
    @Test func `work goes on to who has a connection, where the one that it came to has lost its own`() async throws {
        let arrivals = Arrivals()
        let fake = try FakePostgres { text in
            guard text.contains("slow") else { return .usual }
            arrivals.note()
            return .stuck { arrivals.count == 2 }
        }
        defer { fake.stop() }
        let options = Self.options
        let pool = try PostgresPool(PostgresServers(PostgresURL(fake.url()), options), options)
        async let first = Self.run("SELECT 1 AS slow", pool)
        async let second = Self.run("SELECT 1 AS slow", pool)
        _ = try await (first, second)
        // Whoever is asked now is asked next.
        _ = try await Self.run("SELECT 1 AS n", pool)
        try await Task.sleep(for: .milliseconds(100))
        #expect(fake.connections == 2)
        fake.closeDoor()
        fake.cutLastAsking()
        // On a busy machine the first still goes out on the connection that was cut.
        _ = try? await Self.run("SELECT 1 AS n", pool)
        _ = try await Self.run("SELECT 1 AS n", pool)
        await withCheckedContinuation { continuation in pool.close { continuation.resume() } }
    }

    private final class Arrivals: Sendable {
        private let state = Mutex(0)
        var count: Int { state.withLock { $0 } }
        func note() { state.withLock { $0 += 1 } }
    }

    private static var options: PostgresOptions {
        var options = PostgresOptions.patient
        options.connections = 2
        return options
    }

    private static func run(_ text: SQL, _ pool: PostgresPool) async throws -> [Row] {
        let options = options
        return try await withCheckedThrowingContinuation { continuation in
            pool.add(
                PostgresJob(expiry: .now + options.wait, commits: false) { connection in
                    continuation.resume(
                        with: Result { try connection.run(text, .reading, before: .now + options.statement) })
                } refuse: { error in
                    continuation.resume(throwing: error)
                })
        }
    }
}
