import AsyncHTTPClient
import Foundation

/// Start and idle memory, beside those of an empty Hummingbird server.
enum StartBenchmark {
    static func run(_ table: inout Table) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let result = await Result { try await measure(&table, client) }
        try await client.shutdown()
        try result.get()
    }

    private static func measure(_ table: inout Table, _ client: HTTPClient) async throws {
        let issuer = "http://127.0.0.1:8080"
        let prepared = try await PreparedDeployment.make(issuer: issuer, families: 1000, returned: 0)
        defer { prepared.remove() }
        var ours: [Double] = []
        var empty: [Double] = []
        var memory = (ours: 0.0, anonymous: 0.0, empty: 0.0)
        for _ in 0..<9 {
            let server = try await ServerProcess.start(
                Programs.tykva, { Programs.serve(prepared.folder, issuer, $0) }, client: client)
            try await Task.sleep(for: .milliseconds(300))
            ours.append(server.startMilliseconds)
            (memory.ours, memory.anonymous) = try server.residentMegabytes()
            server.stop()
            let other = try await ServerProcess.start(Programs.own, { ["empty-server", "\($0)"] }, client: client)
            try await Task.sleep(for: .milliseconds(300))
            empty.append(other.startMilliseconds)
            memory.empty = try other.residentMegabytes().all
            other.stop()
        }
        let (start, bare) = (ours.sorted()[4], empty.sorted()[4])
        table.add(
            "start to /health/ready (median of 9)", String(format: "%.0f ms", start),
            bare: String(format: "empty server %.0f ms", bare), ratio: start / bare, target: "≤ 60 ms")
        table.add(
            "memory, idle, SQLite", String(format: "%.0f MB (%.0f anonymous)", memory.ours, memory.anonymous),
            bare: String(format: "empty server %.0f MB", memory.empty), ratio: memory.ours / memory.empty,
            target: "≤ 50 MB")
    }
}
