import Foundation
import Storage

/// Where a prepared deployment's data is.
enum BenchmarkStore: Sendable {
    case sqlite
    /// A server on which databases may be made, and this one's own database.
    case postgres(server: String, name: String)

    /// A database of its own on the server that `scripts/with-postgres` started; nil where there is none.
    static func newPostgres() throws -> BenchmarkStore? {
        guard let server = ProcessInfo.processInfo.environment["TYKVA_TEST_POSTGRES"] else { return nil }
        let name = "bench_" + UUID().uuidString.lowercased().replacing("-", with: "")
        try psql("CREATE DATABASE \(name)", on: server)
        return .postgres(server: server, name: name)
    }

    /// What `--database` takes; nil for the data folder's own file.
    var url: String? {
        guard case .postgres(let server, let name) = self else { return nil }
        return server.replacing("/postgres?", with: "/\(name)?")
    }

    func open(_ folder: String) async throws -> any Database {
        guard let url else { return try await SQLiteDatabase(path: folder + "/tykva.sqlite") }
        var options = PostgresOptions()
        options.statement = .seconds(60)
        return try await PostgresDatabase(PostgresURL(url), options: options)
    }

    func remove() {
        guard case .postgres(let server, let name) = self else { return }
        try? Self.psql("DROP DATABASE \(name) WITH (FORCE)", on: server)
    }

    static func psql(_ command: String, on url: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["psql", "--no-psqlrc", "--quiet", "--dbname", url, "--command", command]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError("psql ended with \(process.terminationStatus)")
        }
    }
}
