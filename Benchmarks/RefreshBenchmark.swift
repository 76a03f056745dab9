import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1

/// A durable refresh over HTTP beside the sum of its bare parts: an empty answer, a signature, a one-row UPDATE.
enum RefreshBenchmark {
    private static let connections = 8
    private static let refreshesEach = 1500

    static func run(_ table: inout Table) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let result = await Result { try await measure(&table, client) }
        try await client.shutdown()
        try result.get()
    }

    private static func measure(_ table: inout Table, _ client: HTTPClient) async throws {
        let update = try BareUpdate.measure()
        let key = P256.Signing.PrivateKey()
        let input = [UInt8](repeating: 7, count: 900)
        let signature = try CPUTime.best(calls: 2000) { _ = try key.signature(for: input) }
        let empty = try await emptyAnswer(client)
        let bare = empty + signature + update.alone
        print(
            "bare parts: empty answer \(Samples.microseconds(empty)), signature \(Samples.microseconds(signature)), "
                + "UPDATE alone \(Samples.microseconds(update.alone)), "
                + "64 sharing \(Samples.microseconds(update.shared))"
        )
        let few = try await refreshes(families: 10_000, client)
        table.add(
            "refresh, SQLite, durable (CPU a request)", Samples.microseconds(few.cpu),
            bare: "sum of parts \(Samples.microseconds(bare))", ratio: few.cpu / bare, target: "≤ 1.50")
        table.add(
            "refresh p50 / p99, 8 connections", String(format: "%.2f / %.2f ms", few.p50, few.p99), bare: "–",
            ratio: nil, target: "–")
        try await measurePostgres(&table, client, emptyAndSignature: empty + signature)
        guard let size = ProcessInfo.processInfo.environment["TYKVA_BENCH_SESSIONS"].flatMap(Int.init) else { return }
        let many = try await refreshes(families: size, client)
        table.add(
            "refresh with \(size) sessions", Samples.microseconds(many.cpu),
            bare: "with 10000 \(Samples.microseconds(few.cpu))", ratio: many.cpu / few.cpu, target: "≤ 1.30")
    }

    private static func measurePostgres(
        _ table: inout Table, _ client: HTTPClient, emptyAndSignature: Double
    ) async throws {
        guard let store = try BenchmarkStore.newPostgres() else {
            return print("no PostgreSQL: run by scripts/with-postgres --durable")
        }
        let update = try BarePostgresUpdate.measure(store)
        let figures = try await refreshes(store, families: 10_000, client)
        let bare = emptyAndSignature + update.cpu
        table.add(
            "refresh, PostgreSQL, durable (CPU a request, of Tykva)", Samples.microseconds(figures.cpu),
            bare: "sum of parts \(Samples.microseconds(bare))", ratio: figures.cpu / bare, target: "–")
        table.add(
            "refresh on PostgreSQL p50 / p99, 8 connections",
            String(format: "%.2f / %.2f ms", figures.p50, figures.p99),
            bare: String(format: "bare UPDATE by libpq, one connection %.2f ms", update.wall), ratio: nil, target: "–")
    }

    private struct Figures {
        let cpu: Double
        let p50: Double
        let p99: Double
    }

    private static func refreshes(
        _ store: BenchmarkStore = .sqlite, families: Int, _ client: HTTPClient
    ) async throws -> Figures {
        let port = Int.random(in: 20_000...30_000)
        let issuer = "http://127.0.0.1:\(port)"
        let prepared = try await PreparedDeployment.make(store, issuer: issuer, families: families, returned: 400)
        defer { prepared.remove() }
        let server = try await ServerProcess.start(
            Programs.tykva, { Programs.serve(prepared.folder, issuer, $0, database: store.url) }, client: client)
        defer { server.stop() }
        let shares = (0..<connections).map { part in
            stride(from: part, to: prepared.tokens.count, by: connections).map { prepared.tokens[$0] }
        }
        let warm = try await load(server, shares, 200, client)
        let began = try CPUTime.ofProcess(server.id)
        let times = try await load(server, warm.map(\.tokens), refreshesEach, client)
        let cpu = (try CPUTime.ofProcess(server.id) - began) / Double(connections * refreshesEach) * 1e6
        let sorted = times.flatMap(\.milliseconds).sorted()
        return Figures(cpu: cpu, p50: sorted[sorted.count / 2], p99: sorted[sorted.count * 99 / 100])
    }

    /// The processor time of an empty answer to the same request, by a server of its own.
    private static func emptyAnswer(_ client: HTTPClient) async throws -> Double {
        let server = try await ServerProcess.start(Programs.own, { ["empty-server", "\($0)"] }, client: client)
        defer { server.stop() }
        let token = "tkvr_" + String(repeating: "A", count: 72)
        func once(_ count: Int) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<connections {
                    group.addTask {
                        for _ in 0..<count { _ = try await post(server, token, client) }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await once(200)
        let began = try CPUTime.ofProcess(server.id)
        try await once(refreshesEach)
        return (try CPUTime.ofProcess(server.id) - began) / Double(connections * refreshesEach) * 1e6
    }

    struct Share: Sendable {
        var tokens: [String]
        var milliseconds: [Double]
    }

    static func load(
        _ server: ServerProcess, _ shares: [[String]], _ count: Int, _ client: HTTPClient
    ) async throws -> [Share] {
        let url = server.url
        return try await withThrowingTaskGroup(of: (Int, Share).self) { group in
            for (index, tokens) in shares.enumerated() {
                group.addTask {
                    var share = Share(tokens: tokens, milliseconds: [])
                    for turn in 0..<count {
                        let began = DispatchTime.now().uptimeNanoseconds
                        let answer = try await post(url, tokens: share.tokens[turn % tokens.count], client)
                        share.milliseconds.append(Double(DispatchTime.now().uptimeNanoseconds - began) / 1e6)
                        share.tokens[turn % tokens.count] = try refreshToken(answer)
                    }
                    return (index, share)
                }
            }
            var shares = [Share](repeating: Share(tokens: [], milliseconds: []), count: shares.count)
            for try await (index, share) in group { shares[index] = share }
            return shares
        }
    }

    private static func post(_ server: ServerProcess, _ token: String, _ client: HTTPClient) async throws -> ByteBuffer
    {
        try await post(server.url, tokens: token, client)
    }

    private static func post(_ url: String, tokens token: String, _ client: HTTPClient) async throws -> ByteBuffer {
        var request = HTTPClientRequest(url: url + "/token")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(
            ByteBuffer(string: "grant_type=refresh_token&client_id=\(PreparedDeployment.client)&refresh_token=\(token)")
        )
        let response = try await client.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 65_536)
        guard response.status == .ok else { throw BenchmarkError("\(response.status): \(String(buffer: body))") }
        return body
    }

    private static func refreshToken(_ answer: ByteBuffer) throws -> String {
        let text = String(buffer: answer)
        guard let start = text.range(of: "tkvr_")?.lowerBound else { throw BenchmarkError("no refresh token") }
        return String(text[start...].prefix(77))
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
