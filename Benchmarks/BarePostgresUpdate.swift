import CPostgres
import Foundation

/// The bare part of a durable refresh on PostgreSQL: one prepared one-row `UPDATE … RETURNING`, by libpq alone.
enum BarePostgresUpdate {
    private static let calls = 2000

    /// Microseconds of the client's processor time each, and milliseconds until the answer.
    static func measure(_ store: BenchmarkStore) throws -> (cpu: Double, wall: Double) {
        guard let url = store.url, let connection = PQconnectdb(url) else { throw BenchmarkError("no connection") }
        defer { PQfinish(connection) }
        try run(connection, "CREATE TABLE bare (id BIGINT PRIMARY KEY, n BIGINT, at BIGINT)")
        try run(connection, "INSERT INTO bare SELECT i, 0, 0 FROM generate_series(0, 999) AS i")
        PQclear(PQprepare(connection, "u", "UPDATE bare SET n = n + 1, at = $1 WHERE id = $2 RETURNING n, at", 2, nil))
        var id = 0
        func once() throws {
            id = (id + 1) % 1000
            let text = strdup("\(id)")
            defer { free(text) }
            let values = [UnsafePointer(text), UnsafePointer(text)]
            let result = PQexecPrepared(connection, "u", 2, values, nil, nil, 0)
            defer { PQclear(result) }
            guard PQntuples(result) == 1 else { throw BenchmarkError(String(cString: PQerrorMessage(connection))) }
        }
        for _ in 0..<200 { try once() }
        let began = DispatchTime.now().uptimeNanoseconds
        let cpu = try CPUTime.best(rounds: 3, calls: calls / 3) { try once() }
        let wall = Double(DispatchTime.now().uptimeNanoseconds - began) / 1e6 / Double(calls / 3 * 3)
        try run(connection, "DROP TABLE bare")
        return (cpu, wall)
    }

    private static func run(_ connection: OpaquePointer, _ command: String) throws {
        let result = PQexec(connection, command)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw BenchmarkError(String(cString: PQerrorMessage(connection)))
        }
    }
}
