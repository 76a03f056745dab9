import Foundation
import Storage

/// A database of a test's own on the server that `scripts/with-postgres` started.
package struct TestPostgres: Sendable {
    /// Where the server is, as the script tells.
    package static let server: String? = ProcessInfo.processInfo.environment["TYKVA_TEST_POSTGRES"]

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let name: String
    package let url: String

    /// Makes an empty database.
    package init() async throws {
        guard let server = Self.server, let path = server.range(of: "/postgres?") else {
            throw Failure(description: "there is no test server: run the tests by scripts/with-postgres")
        }
        name = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        url = server.replacingCharacters(in: path, with: "/\(name)?")
        try await Self.psql("CREATE DATABASE \(name)", on: server)
    }

    /// Makes room. What cannot be dropped goes with the server: PostgreSQL waits five seconds for ended connections.
    package func drop() async {
        guard let server = Self.server else { return }
        // Also after a test that was cancelled.
        await Task { [name] in try? await Self.psql("DROP DATABASE \(name) WITH (FORCE)", on: server) }.value
    }

    /// Runs a command of the test's on a database: what the store itself must never be told.
    package func psql(_ command: String) async throws { try await Self.psql(command, on: url) }

    static func url(_ text: String) throws(StorageError) -> PostgresURL {
        do {
            return try PostgresURL(text)
        } catch {
            throw .unavailable(reason: "\(error)")
        }
    }

    private static func psql(_ command: String, on url: String) async throws {
        let folder = try TemporaryFolder()
        let psql = try ChildProcess(
            ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", url, "--command", command],
            errors: folder.file("errors"))
        guard try await psql.ended() == .exited(0) else {
            throw Failure(description: try "psql: " + String(contentsOfFile: folder.file("errors"), encoding: .utf8))
        }
    }
}
