import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Secrets

/// Sign-ins beside the bare Argon2id rate, and refreshes while sign-ins saturate.
enum SignInBenchmark {
    private static let seconds = 8.0
    /// More than these a network may not have at once.
    static let callers = min(4 * max(1, ProcessInfo.processInfo.activeProcessorCount), 64)

    static func run(_ table: inout Table) async throws {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
        let result = await Result { try await measure(&table, client) }
        try await client.shutdown()
        try result.get()
    }

    private static func measure(_ table: inout Table, _ client: HTTPClient) async throws {
        let bare = try await bareRate()
        let issuer = "http://127.0.0.1:8080"
        let prepared = try await PreparedDeployment.make(issuer: issuer, families: 100, returned: 100)
        defer { prepared.remove() }
        let server = try await ServerProcess.start(
            Programs.tykva, { Programs.serve(prepared.folder, issuer, $0) }, client: client)
        defer { server.stop() }
        let rate = try await signIns(server.url, client)
        table.add(
            "sign-ins a second", String(format: "%.1f", rate), bare: String(format: "bare Argon2id %.1f", bare),
            ratio: rate / bare, target: "≥ 0.95")
        try await SignInCost.add(to: &table, server, client)
        async let saturated = signIns(server.url, client)
        try await Task.sleep(for: .milliseconds(500))
        var times: [Double] = []
        var shares = [prepared.tokens]
        let end = Date().addingTimeInterval(seconds - 2)
        while Date() < end {
            let answers = try await RefreshBenchmark.load(server, shares, 20, client)
            shares = answers.map(\.tokens)
            times += answers.flatMap(\.milliseconds)
            try await Task.sleep(for: .milliseconds(50))
        }
        _ = try await saturated
        let sorted = times.sorted()
        table.add(
            "refresh p99 while sign-ins saturate", String(format: "%.1f ms", sorted[sorted.count * 99 / 100]),
            bare: "–", ratio: nil, target: "≤ 20 ms")
    }

    private static func bareRate() async throws -> Double {
        let hasher = try PasswordHasher()
        defer { hasher.stop() }
        let password = try await Password.accepted(PreparedDeployment.password)
        let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
        let end = Date().addingTimeInterval(seconds)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<threads {
                group.addTask {
                    var count = 0
                    while Date() < end {
                        _ = try await hasher.hash(password)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(counts) / seconds
    }

    /// As many as there are, from four callers a core, each for a person of their own.
    private static func signIns(_ url: String, _ client: HTTPClient) async throws -> Double {
        let end = Date().addingTimeInterval(seconds)
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for name in PreparedDeployment.people {
                group.addTask {
                    var count = 0
                    while Date() < end {
                        var request = HTTPClientRequest(url: url + "/token")
                        request.method = .POST
                        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
                        request.body = .bytes(
                            ByteBuffer(
                                string: "grant_type=password&client_id=\(PreparedDeployment.client)&username=\(name)"
                                    + "&password=correct+horse+battery+staple"))
                        let response = try await client.execute(request, timeout: .seconds(30))
                        _ = try await response.body.collect(upTo: 65_536)
                        guard response.status == .ok else {
                            throw BenchmarkError("a sign-in was answered \(response.status)")
                        }
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / seconds
    }
}
