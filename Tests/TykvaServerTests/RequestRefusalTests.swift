import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import OAuth
import Secrets
import Storage
import Testing

@testable import TykvaServer

/// What is refused before an endpoint sees it, and in whose words.
@Suite(.serialized) struct RequestRefusalTests {
    @Test func `a path is found in its one spelling only`() async throws {
        try await TestServer.run { server in
            for path in ["/health/live", "/health/live?x=/"] {
                let answer = try await server.get(path)
                #expect(answer.status == 200, "\(path)")
            }
            for path in ["//health/live", "/health//live", "/health/live/", "/health/live//", "/health/%6Cive"] {
                #expect(try await server.get(path).status == 404, "\(path)")
            }
            for path in ["//token", "/token/", "/token//", "//revoke", "/revoke/"] {
                #expect(try await server.post(path, raw: "grant_type=x").status == 404, "\(path)")
            }
        }
    }

    @Test(arguments: ["", "token", "*", "http://evil.example/token", "//", "/a b", "/a\u{E9}", "/a\tb", "?/", "/a//"])
    func `what is no path in one spelling is not canonical`(_ target: String) {
        #expect(!CanonicalRequests<ServeRequestContext>.isCanonical(target))
    }

    @Test(arguments: ["/", "/?", "/a", "/a/b?c=//", "/.well-known/jwks.json", "/a/%2F"])
    func `a path in one spelling is canonical`(_ target: String) {
        #expect(CanonicalRequests<ServeRequestContext>.isCanonical(target))
    }

    @Test func `more header fields than allowed are refused by any version of HTTP`() async throws {
        try await TestServer.run { server in
            func status(_ count: Int) async throws -> Int {
                var headers: HTTPFields = [:]
                for number in 0..<count { headers[try #require(HTTPField.Name("X-Pad-\(number)"))] = "a" }
                return try await server.get("/health/live", headers: headers).status
            }
            let (few, many) = (try await status(50), try await status(150))
            #expect(few == 200)
            #expect(many == 431)
        }
    }

    @Test func `who comes past the proxy is refused, but for the health`() async throws {
        try await TestServer.run(configure: { configuration in
            configuration.trustedProxies = TrustedProxies(networks: [try NetworkRange("10.0.0.0/8")])
            configuration.onlyProxiesConnect = true
        }) { server in
            let signIn = try await server.signIn()
            #expect(signIn.status == 403)
            #expect(try await server.get("/.well-known/jwks.json").status == 403)
            #expect(try await server.get("/health/ready").status == 200)
        }
        try await TestServer.run(configure: { $0.onlyProxiesConnect = true }) { server in
            let keys = try await server.get("/.well-known/jwks.json")
            #expect(keys.status == 200)
        }
    }

    private struct Aborted: AsyncSequence, Sendable {
        struct Gone: Error {}

        struct AsyncIterator: AsyncIteratorProtocol {
            func next() async throws -> ByteBuffer? { throw Gone() }
        }

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
    }

    @Test func `a body that does not arrive whole is its sender's fault`() async throws {
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "x", path: "/token",
                headerFields: [.contentType: "application/x-www-form-urlencoded"]),
            body: RequestBody(asyncSequence: Aborted()))
        let error = await #expect(throws: OAuthError.self) { try await ProtocolRequest.form(request) }
        #expect(error?.code == .invalidRequest)
    }

    @Test(arguments: ["", ";application/x-www-form-urlencoded", "text/plain", "application/x-www-form-urlencodedx"])
    func `another content type is refused`(_ contentType: String) async throws {
        try await TestServer.run { server in
            let form = "client_id=service&client_secret=s3cret%20%2B%25&grant_type=client_credentials"
            let refused = try await server.post(raw: form, type: contentType)
            #expect(refused.error == "invalid_request")
            let taken = try await server.post(raw: form, type: "Application/X-WWW-Form-URLEncoded ; charset=utf-8")
            #expect(taken.status == 200)
        }
    }

    @Test func `what strangers can cause is no error in the log`() {
        let causes: [(any Error, Logger.Level, Int)] = [
            (OAuthError.invalidRequest("the request did not arrive whole"), .info, 400),
            (PasswordHasherError.overloaded(retryAfterSeconds: 1), .warning, 503),
            (StorageError.overloaded(retryAfterSeconds: 1), .warning, 503), (CancellationError(), .info, 503),
            (PasswordHasherError.cancelled, .info, 503), (StorageError.unavailable(reason: "x"), .error, 503),
            (PasswordHasherError.storedHashUnreadable, .error, 503),
        ]
        for (error, level, status) in causes {
            let lines = LogLines()
            #expect(OAuthErrorResponse.response(to: error, logger: lines.logger).status.code == status)
            #expect(lines.levels == [level], "\(error)")
        }
        let lines = LogLines()
        _ = OAuthErrorResponse.response(to: OAuthError.invalidRequest("token is missing"), logger: lines.logger)
        #expect(lines.reasons == ["token is missing"])
    }
}
