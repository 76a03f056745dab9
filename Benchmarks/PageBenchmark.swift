import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The processor time of a page, beside an empty answer of the same framework.
enum PageBenchmark {
    private static let calls = 2000

    static func run(_ table: inout Table) async throws {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
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
        let bare = try await milliseconds(empty, "/health/ready", nil, client)
        let cookies = try await signIn(server, client)
        for (name, path) in [
            ("sign-in page", "/sign-in"), ("error page", "/authorize"), ("no such page", "/nowhere"),
            ("profile page", "/account"), ("devices page of 100 sign-ins, 26 on it", "/account/sessions"),
        ] {
            let isOwn = path.hasPrefix("/account")
            let page = try await milliseconds(server, path, isOwn ? cookies : nil, client)
            table.add(
                "\(name) (CPU a request)", String(format: "%.2f ms", page),
                bare: String(format: "empty answer %.2f ms", bare), ratio: page / bare, target: "≤ 5 ms")
        }
    }

    /// Signs in by the form, as a browser does; the cookies of who is signed in.
    private static func signIn(_ server: ServerProcess, _ client: HTTPClient) async throws -> String {
        let page = try await client.execute(HTTPClientRequest(url: server.url + "/sign-in"), timeout: .seconds(10))
        let html = String(buffer: try await page.body.collect(upTo: 1_048_576))
        let parts = html.components(separatedBy: "name=\"form\" value=\"")
        guard let token = parts.dropFirst().first?.prefix(while: { $0 != "\"" }) else {
            throw BenchmarkError("the sign-in page has no form")
        }
        func cookies(_ response: HTTPClientResponse) -> [Substring] {
            response.headers["set-cookie"].compactMap { $0.split(separator: ";").first }
        }
        var request = HTTPClientRequest(url: server.url + "/sign-in")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "cookie", value: cookies(page).joined(separator: "; "))
        let password = PreparedDeployment.password.replacing(" ", with: "+")
        request.body = .bytes(ByteBuffer(string: "form=\(token)&username=anna&password=\(password)"))
        let answer = try await client.execute(request, timeout: .seconds(10))
        guard answer.status == .seeOther else { throw BenchmarkError("the sign-in answers \(answer.status)") }
        return (cookies(page) + cookies(answer)).joined(separator: "; ")
    }

    private static func milliseconds(
        _ server: ServerProcess, _ path: String, _ cookies: String?, _ client: HTTPClient
    ) async throws -> Double {
        func once() async throws {
            var request = HTTPClientRequest(url: server.url + path)
            request.headers.add(name: "accept", value: "text/html")
            if let cookies { request.headers.add(name: "cookie", value: cookies) }
            let response = try await client.execute(request, timeout: .seconds(10))
            _ = try await response.body.collect(upTo: 1_048_576)
            guard cookies == nil || response.status == .ok else {
                throw BenchmarkError("\(path) answers \(response.status)")
            }
        }
        for _ in 0..<200 { try await once() }
        let began = try CPUTime.ofProcess(server.id)
        for _ in 0..<calls { try await once() }
        return (try CPUTime.ofProcess(server.id) - began) / Double(calls) * 1e3
    }
}
