import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The processor time of a page, beside an empty answer of the same framework.
enum PageBenchmark {
    private static let calls = 2000

    static func run(_ table: inout Table) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let result = await Result { try await measure(&table, client) }
        try await client.shutdown()
        try result.get()
    }

    private static func measure(_ table: inout Table, _ client: HTTPClient) async throws {
        let issuer = "http://127.0.0.1:8080"
        let prepared = try await PreparedDeployment.make(issuer: issuer, families: 100, returned: 0)
        defer { prepared.remove() }
        let server = try await ServerProcess.start(
            Programs.tykva, { Programs.serve(prepared.folder, issuer, $0) }, client: client)
        defer { server.stop() }
        let empty = try await ServerProcess.start(Programs.own, { ["empty-server", "\($0)"] }, client: client)
        defer { empty.stop() }
        let bare = try await milliseconds(empty, "/health/ready", client)
        for (name, path) in [("sign-in page", "/sign-in"), ("error page", "/authorize"), ("no such page", "/nowhere")] {
            let page = try await milliseconds(server, path, client)
            table.add(
                "\(name) (CPU a request)", String(format: "%.2f ms", page),
                bare: String(format: "empty answer %.2f ms", bare), ratio: page / bare, target: "≤ 5 ms")
        }
    }

    private static func milliseconds(
        _ server: ServerProcess, _ path: String, _ client: HTTPClient
    ) async throws -> Double {
        func once() async throws {
            var request = HTTPClientRequest(url: server.url + path)
            request.headers.add(name: "accept", value: "text/html")
            _ = try await client.execute(request, timeout: .seconds(10)).body.collect(upTo: 262_144)
        }
        for _ in 0..<200 { try await once() }
        let began = try CPUTime.ofProcess(server.id)
        for _ in 0..<calls { try await once() }
        return (try CPUTime.ofProcess(server.id) - began) / Double(calls) * 1e3
    }
}
