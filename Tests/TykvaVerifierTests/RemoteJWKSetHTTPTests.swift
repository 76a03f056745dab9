import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import LiveServing
import NIOCore
import NIOHTTP1
import StrictFormats
import Testing

@testable import TykvaVerifier

/// The remote key set against a real web server on loopback.
@Suite(.timeLimit(.minutes(15))) struct RemoteJWKSetHTTPTests {
    private let forge = TokenForge.es256

    /// Runs `body` with a server whose paths are one trouble each.
    private func withServer(
        _ counter: TaskCounter = TaskCounter(), _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let good = try TokenForge.keySetJSON([forge])
        let end = TaskCounter()
        let router = Router()
        router.get("jwks") { _, _ -> Response in
            counter.increment()
            return Self.json(good)
        }
        router.get("redirect") { _, _ in Response.redirect(to: "/jwks", type: .found) }
        router.get("fresh") { request, _ -> Response in
            request.headers[.cacheControl] == "no-cache" ? Self.json(good) : Response(status: .badRequest)
        }
        router.get("missing") { _, _ in Response(status: .notFound) }
        router.get("error") { _, _ in
            Response(status: .internalServerError, body: .init(byteBuffer: .init(string: good)))
        }
        router.get("garbage") { _, _ in Self.json("<html>it works</html>") }
        router.get("private") { _, _ in Self.json(#"{"keys":[{"kty":"EC","kid":"a","d":"AA"}]}"#) }
        router.get("empty") { _, _ in Self.json("") }
        router.get("huge") { _, _ in Self.json(good + String(repeating: " ", count: 300 * 1024)) }
        router.get("slow") { _, _ -> Response in
            try await eventually { end.count > 0 }
            return Self.json(good)
        }
        router.get("drip") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    while end.count == 0 {
                        try await writer.write(ByteBuffer(string: " "))
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    try await writer.finish(nil)
                })
        }
        router.get(".well-known/openid-configuration") { request, _ -> Response in
            let host = request.head.authority ?? ""
            return Self.json(#"{"issuer":"http://\#(host)","jwks_uri":"http://\#(host)/jwks"}"#)
        }
        let application = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
        try await application.live { client in
            defer { end.increment() }
            try await body(client.port)
        }
    }

    private static func json(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "public, max-age=60"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private func error(
        _ path: String, _ port: Int, by fetcher: HTTPDocumentFetcher = .patient()
    ) async throws -> TokenVerificationError? {
        let keys = RemoteJWKSet(
            origin: .keys(try RemoteDocument("http://127.0.0.1:\(port)/\(path)")), fetcher: fetcher)
        return await refusal(of: try forge.token(), by: try forge.verifier(keys: .remote(keys)))
    }

    @Test func `a hundred cold checks over HTTP fetch once`() async throws {
        let counter = TaskCounter()
        try await withServer(counter) { port in
            let keys = RemoteJWKSet(
                origin: .keys(try RemoteDocument("http://127.0.0.1:\(port)/jwks")),
                fetcher: HTTPDocumentFetcher.patient())
            let verifier = try forge.verifier(keys: .remote(keys))
            let token = try forge.token()
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 { group.addTask { await refusal(of: token, by: verifier) == nil } }
                for await accepted in group { #expect(accepted) }
            }
            #expect(counter.count == 1)
        }
    }

    @Test func `caches on the way are told to ask the issuer`() async throws {
        try await withServer { port in
            let refusal = try await error("fresh", port)
            #expect(refusal == nil)
        }
    }

    @Test func `keys are found by discovery`() async throws {
        try await withServer { port in
            let issuer = "http://127.0.0.1:\(port)"
            let keys = RemoteJWKSet(
                origin: .metadata(try RemoteDocument(metadataOf: issuer), issuer: issuer),
                fetcher: HTTPDocumentFetcher.patient())
            let verifier = try TokenVerifier(
                issuer: issuer, audience: TokenForge.audience, algorithm: .es256, keys: .remote(keys),
                now: ManualClock().date)
            var claims = TokenForge.claims
            claims["iss"] = .string(issuer)
            #expect(try await verifier.verify(try forge.token(claims: claims)).subject == "u_1")
        }
    }

    @Test(arguments: [
        ("redirect", "redirects"), ("missing", "404"), ("error", "500"), ("garbage", "byte"),
        ("private", "private member"),
        ("empty", "ends too early"), ("huge", "more than 262144 bytes"), ("slow", "did not answer within"),
        ("drip", "did not answer within"),
    ])
    func `an answer that is no good key set in time is refused, and the reason named`(path: String, reason: String)
        async throws
    {
        try await withServer { port in
            // Whoever answers is waited for, however busy the machine; whoever does not is not.
            let isSilent = reason.contains("did not answer")
            let fetcher = HTTPDocumentFetcher.patient(timeout: .seconds(isSilent ? 1 : 600))
            let error = try #require(try await self.error(path, port, by: fetcher))
            #expect(error.check == .keysUnavailable)
            #expect(error.reason.contains(reason), "\(error.reason)")
        }
    }

    @Test func `a redirect is refused though the application's own client follows it`() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let counter = TaskCounter()
        do {
            try await withServer(counter) { port in
                let error = try #require(try await self.error("redirect", port, by: .patient(client)))
                #expect(error.reason.contains("redirects"))
                #expect(try await self.error("jwks", port, by: .patient(client)) == nil)
            }
        } catch {
            // A client that nobody shuts down ends the process.
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    @Test func `a server that is down is found out at once`() async throws {
        let port = TaskPort()
        try await withServer { port.set($0) }
        let error = try #require(try await self.error("jwks", port.value))
        #expect(error.check == .keysUnavailable)
        #expect(error.retryAfterSeconds == 1)
        #expect(error.reason.contains("refused"), "\(error.reason)")
    }

    @Test(
        arguments: [
            ("max-age=60", nil, 60), ("public, max-age=60", nil, 60), ("MAX-AGE=60", "20", 40),
            ("max-age=60", "100", 0),
            ("no-store", nil, 0), ("no-cache, max-age=60", nil, 0), ("max-age=60, max-age=30", nil, 30),
            ("public", nil, nil),
            ("", nil, nil), ("max-age=-1", nil, nil), ("max-age=99999999999999999999", nil, nil),
            ("max-age=60", "-5", 60),
            ("max-age=60", "x", 60), ("max-age=\(Int.max)", "1", Int.max - 1), ("max-age=60", "\(Int.min)", 60),
        ] as [(String, String?, Int?)])
    func `the max-age of an answer is read, less its age`(control: String, age: String?, expected: Int?) {
        var headers = HTTPHeaders([("Cache-Control", control)])
        if let age { headers.add(name: "Age", value: age) }
        #expect(HTTPDocumentFetcher.maxAge(headers) == expected)
    }
}
