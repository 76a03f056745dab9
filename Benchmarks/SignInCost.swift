import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Secrets

/// What a sign-in at the pages costs beside its Argon2id hash: form, limits, device, session, events.
///
/// The hash runs on threads of its own, so the kernel tells the two apart. A request that comes alone, every fiftieth
/// of a second, costs many times what it costs among thousands, and the hash has swept the caches. So its bare parts
/// stand beside it, each after a hash in this process: an answer with nothing in it, and what the store does.
enum SignInCost {
    private static let rounds = 6
    private static let signInsInRound = 50

    static func add(to table: inout Table, _ server: ServerProcess, _ client: HTTPClient) async throws {
        let hasher = try PasswordHasher(threads: 1)
        defer { hasher.stop() }
        let stored = try await hasher.hash(.accepted(PreparedDeployment.password))
        var visitor = try await Visitor(server.url, client)
        try await visitor.signIn(client)
        let bare = try BareSignIn()
        defer { bare.remove() }
        var best = (hash: Double.infinity, rest: Double.infinity)
        var (empty, store) = (Double.infinity, Double.infinity)
        for _ in 0..<rounds {
            let signIns = try await cost(server) { try await visitor.signIn(client) }
            guard signIns.hash > 0 else { throw BenchmarkError("no thread of the server is called \(hashThread)") }
            if signIns.rest < best.rest { best = signIns }
            let answers = try await cost(server) {
                _ = try await hasher.verify(PresentedPassword(PreparedDeployment.password), against: stored)
                try await nothing(server.url, client)
            }
            empty = min(empty, answers.rest)
            var spent = 0.0
            for _ in 0..<signInsInRound {
                _ = try await hasher.verify(PresentedPassword(PreparedDeployment.password), against: stored)
                spent += try bare.once()
            }
            store = min(store, spent / Double(signInsInRound))
        }
        func text(_ seconds: Double) -> String { String(format: "%.2f ms", seconds * 1000) }
        table.add(
            "sign-in at the pages, CPU beside its hash", text(best.rest),
            bare:
                "its hash \(text(best.hash)); after a hash: empty answer \(text(empty)), its statements \(text(store))",
            ratio: best.rest / (empty + store), target: "< 1 ms")
    }

    /// Seconds of processor time of one call, of the threads that hash and of all others.
    private static func cost(
        _ server: ServerProcess, _ work: () async throws -> Void
    ) async throws -> (hash: Double, rest: Double) {
        let before = try CPUTime.ofThreads(server.id)
        for _ in 0..<signInsInRound { try await work() }
        let spent = try CPUTime.ofThreads(server.id).map { ($0.key, $0.value - (before[$0.key] ?? 0)) }
        let hash = spent.filter { $0.0 == hashThread }.reduce(0) { $0 + $1.1 }
        let all = spent.reduce(0) { $0 + $1.1 }
        return (hash / Double(signInsInRound), (all - hash) / Double(signInsInRound))
    }

    private static let hashThread = "password-hash"

    private static func nothing(_ url: String, _ client: HTTPClient) async throws {
        let response = try await client.execute(HTTPClientRequest(url: url + "/health/live"), timeout: .seconds(10))
        _ = try await response.body.collect(upTo: 65_536)
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
