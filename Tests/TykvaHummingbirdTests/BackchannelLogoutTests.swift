import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import StrictFormats
import Synchronization
import Testing
import TykvaVerifier

@testable import TykvaHummingbird

@Suite struct BackchannelLogoutTests {
    private let issuer = LogoutIssuer()

    @Test func `a good token signs out, once`() async throws {
        try await issuer.application().test(.router) { client async throws in
            let token = try issuer.token()
            let answer = try await client.logout(token)
            #expect(answer == LogoutAnswer(status: 200, cacheControl: "no-store"))
            #expect(issuer.targets == [.session("s_1", subject: "u_1")])
            #expect(try await client.logout(token) == .invalid)
            #expect(issuer.targets.count == 1)
            #expect(try await client.logout(try issuer.token(id: "l_2", session: nil)).status == 200)
            #expect(issuer.targets.last == .everySession(subject: "u_1"))
        }
    }

    @Test func `a bad token is refused with an error of RFC 6749`() async throws {
        try await issuer.application().test(.router) { client async throws in
            let token = try issuer.token()
            for bad in ["rubbish", String(token.dropLast(6)) + "AAAAAA", try issuer.token(expires: -31)] {
                #expect(try await client.logout(bad) == .invalid)
            }
            #expect(issuer.targets.isEmpty)
        }
    }

    @Test func `a request that is no form with one token is refused`() async throws {
        try await issuer.application().test(.router) { client async throws in
            let token = try issuer.token()
            let padding = String(repeating: "a", count: BackchannelLogout.maximumFormBytes)
            for body in [
                "", "logout_token=", "token=\(token)", "logout_token=\(token)&logout_token=\(token)",
                "logout_token=\(token)&logout%5Ftoken=\(token)", "logout_token=%2", "logout_token=%FF",
                "logout_token=%+1", "logout_token=\(token)&x=\(padding)",
            ] {
                #expect(try await client.logout(body: body) == .malformed, "\(body.prefix(40))")
            }
            for type in ["application/json", "text/plain", "multipart/form-data", nil] {
                #expect(try await client.logout(body: "logout_token=\(token)", type: type) == .malformed)
            }
            #expect(issuer.targets.isEmpty)
            let form = "application/x-www-form-urlencoded; charset=utf-8"
            let body = "other=1&logout%5ftoken=\(token.replacing(".", with: "%2e"))&"
            #expect(try await client.logout(body: body, type: form).status == 200)
        }
    }

    @Test func `a token whose work failed may come again`() async throws {
        try await issuer.application(failures: 1).test(.router) { client async throws in
            let token = try issuer.token()
            #expect(try await client.logout(token) == .unavailable(retryAfter: "5"))
            #expect(try await client.logout(token).status == 200)
            #expect(try await client.logout(token) == .invalid)
        }
    }

    @Test func `what does not fit into the memory comes again later`() async throws {
        try await issuer.application(rememberedTokens: 2).test(.router) { client async throws in
            for id in ["a", "b"] { #expect(try await client.logout(try issuer.token(id: id)).status == 200) }
            #expect(try await client.logout(try issuer.token(id: "c")) == .unavailable(retryAfter: "5"))
            issuer.advance(by: 151)
            #expect(try await client.logout(try issuer.token(id: "c")).status == 200)
        }
    }

    @Test func `without keys the issuer is asked to come again`() async throws {
        // Nothing listens on this port of loopback.
        let keys = KeySource.remote(jwksURL: "http://127.0.0.1:9/jwks")
        try await issuer.application(keys: keys).test(.router) { client async throws in
            #expect(try await client.logout(try issuer.token()) == .unavailable(retryAfter: "1"))
            #expect(try await client.logout("rubbish") == .invalid)
        }
    }

    @Test func `two copies at once sign out once`() async throws {
        let seen = SeenLogoutTokens(capacity: 10)
        let firsts = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { seen.begin("a", until: 10, now: 0) == .first } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(firsts == 1)
    }
}

/// An issuer of logout tokens, and an application that receives them.
final class LogoutIssuer: Sendable {
    private let key = P256.Signing.PrivateKey()
    private let state = Mutex((now: 1_780_000_000.0, targets: [LogoutTarget](), failures: 0))

    var targets: [LogoutTarget] { state.withLock { $0.targets } }

    func advance(by seconds: Double) { state.withLock { $0.now += seconds } }

    func token(id: String = "l_1", session: JSONValue? = "s_1", expires: Int64 = 120) throws -> String {
        let now = Int64(state.withLock { $0.now })
        var claims: JSONObject = [
            "iss": "https://auth.example.com", "aud": "web", "sub": "u_1", "jti": .string(id), "iat": .integer(now),
            "exp": .integer(now + expires), "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
        ]
        claims["sid"] = session
        let header: JSONObject = ["alg": "ES256", "typ": "logout+jwt", "kid": "k"]
        let input = "\(Base64URL.encode(header.encoded())).\(Base64URL.encode(claims.encoded()))"
        let signature = try key.signature(for: Data(input.utf8)).rawRepresentation
        return "\(input).\(Base64URL.encode(Array(signature)))"
    }

    func application(
        keys: KeySource? = nil, rememberedTokens: Int = 100, failures: Int = 0
    ) throws -> some ApplicationProtocol {
        state.withLock { $0.failures = failures }
        let point = Array(key.publicKey.rawRepresentation)
        let jwk: JSONValue = [
            "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "k",
            "x": .string(Base64URL.encode(Array(point[..<32]))), "y": .string(Base64URL.encode(Array(point[32...]))),
        ]
        let verifier = try LogoutTokenVerifier(
            issuer: "https://auth.example.com", clientID: "web", algorithm: .es256,
            keys: try keys ?? .fixed(try JWKSet(json: (["keys": [jwk]] as JSONValue).encoded())),
            now: { Date(timeIntervalSince1970: self.state.withLock { $0.now }) })
        let receiver = BackchannelLogout(verifier: verifier, rememberedTokens: rememberedTokens) { target in
            try self.state.withLock { state in
                guard state.failures == 0 else {
                    state.failures -= 1
                    throw HTTPError(.internalServerError)
                }
                state.targets.append(target)
            }
        }
        let router = Router()
        router.post("backchannel-logout", use: receiver.handle)
        return Application(router: router)
    }
}

/// What the tests look at in an answer.
struct LogoutAnswer: Equatable, Sendable {
    var status: Int
    var cacheControl: String? = "no-store"
    var contentType: String?
    var retryAfter: String?
    var body = ""

    static let invalid = LogoutAnswer(
        status: 400, contentType: "application/json",
        body: #"{"error":"invalid_request","error_description":"The logout token is not valid."}"#)
    static let malformed = LogoutAnswer(
        status: 400, contentType: "application/json",
        body: #"{"error":"invalid_request","error_description":"The request must be a form with one logout_token."}"#)

    static func unavailable(retryAfter: String) -> LogoutAnswer {
        LogoutAnswer(
            status: 503, contentType: "application/json", retryAfter: retryAfter,
            body: #"{"error":"temporarily_unavailable","#
                + #""error_description":"The logout cannot be done at the moment."}"#)
    }
}

extension TestClientProtocol {
    func logout(_ token: String) async throws -> LogoutAnswer {
        try await logout(body: "logout_token=\(token)")
    }

    func logout(body: String, type: String? = "application/x-www-form-urlencoded") async throws -> LogoutAnswer {
        var headers = HTTPFields()
        headers[.contentType] = type
        return try await execute(
            uri: "/backchannel-logout", method: .post, headers: headers, body: ByteBuffer(string: body)
        ) { response in
            LogoutAnswer(
                status: response.status.code, cacheControl: response.headers[.cacheControl],
                contentType: response.headers[.contentType], retryAfter: response.headers[.retryAfter],
                body: String(buffer: response.body))
        }
    }
}
