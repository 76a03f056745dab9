import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Secrets

/// What a sign-in at the pages costs beside its Argon2id hash: form, limits, device, session, events.
///
/// The two are measured in turn, and the least of several rounds of each is taken: what is looked for is a small
/// difference of large numbers.
enum SignInCost {
    private static let rounds = 6
    private static let signInsInRound = 50

    static func add(to table: inout Table, _ server: ServerProcess, _ client: HTTPClient) async throws {
        let hasher = try PasswordHasher(threads: 1)
        defer { hasher.stop() }
        let stored = try await hasher.hash(.accepted(PreparedDeployment.password))
        var visitor = try await Visitor(server.url, client)
        try await visitor.signIn(client)
        var (whole, bare) = (Double.infinity, Double.infinity)
        for _ in 0..<rounds {
            let before = try CPUTime.ofProcess(server.id)
            for _ in 0..<signInsInRound { try await visitor.signIn(client) }
            whole = min(whole, try CPUTime.ofProcess(server.id) - before)
            let begun = CPUTime.process()
            for _ in 0..<signInsInRound {
                _ = try await hasher.verify(PresentedPassword(PreparedDeployment.password), against: stored)
            }
            bare = min(bare, CPUTime.process() - begun)
        }
        let (signIn, hash) = (whole / Double(signInsInRound) * 1000, bare / Double(signInsInRound) * 1000)
        table.add(
            "sign-in at the pages, CPU beside its hash", String(format: "%.2f ms", signIn - hash),
            bare: String(format: "%.2f ms with the hash, which is %.2f ms", signIn, hash), ratio: nil, target: "< 1 ms")
    }

    /// A browser in which the person has signed in before; its form is good for an hour.
    private struct Visitor {
        private let url: String
        private let form: String
        private var cookies: [String: String]

        init(_ url: String, _ client: HTTPClient) async throws {
            self.url = url
            var request = HTTPClientRequest(url: url + "/sign-in?to=profile")
            request.headers.add(name: "accept", value: "text/html")
            let response = try await client.execute(request, timeout: .seconds(30))
            let page = String(buffer: try await response.body.collect(upTo: 65_536))
            let field = page.components(separatedBy: "name=\"form\" value=\"").dropFirst().first
            guard let form = field?.components(separatedBy: "\"").first else {
                throw BenchmarkError("the sign-in page has no form")
            }
            self.form = form
            cookies = Self.cookies(response)
        }

        mutating func signIn(_ client: HTTPClient) async throws {
            var request = HTTPClientRequest(url: url + "/sign-in?to=profile")
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            let kept = cookies.filter { !$0.key.hasSuffix("session") }
            request.headers.add(name: "cookie", value: kept.map { "\($0)=\($1)" }.joined(separator: "; "))
            let password = PreparedDeployment.password.replacing(" ", with: "+")
            request.body = .bytes(ByteBuffer(string: "username=anna&password=\(password)&form=\(form)"))
            let response = try await client.execute(request, timeout: .seconds(30))
            _ = try await response.body.collect(upTo: 65_536)
            guard response.status == .seeOther else {
                throw BenchmarkError("a sign-in was answered \(response.status)")
            }
            cookies.merge(Self.cookies(response)) { $1 }
        }

        private static func cookies(_ response: HTTPClientResponse) -> [String: String] {
            var cookies: [String: String] = [:]
            for cookie in response.headers["set-cookie"] {
                let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { cookies[String(pair[0])] = String(pair[1]) }
            }
            return cookies
        }
    }
}
