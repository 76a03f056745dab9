import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import LiveServing
import NIOCore
import StrictFormats
import Synchronization
import Testing

/// An OpenID Connect provider and an orders service in one, on loopback, which do what a test asks for.
final class FakeProvider: Sendable {
    struct State {
        var issuer = ""
        var now = 1_780_000_000.0

        /// What each code was issued for: the parameters of its authorization request.
        var codes: [String: [String: String]] = [:]
        var refreshToken = "r_0"
        var serial = 0

        /// Changes the claims of the next ID tokens.
        var change: @Sendable (inout JSONObject) -> Void = { _ in }
        var refusal: String?
        var isDown = false
        var refreshes = 0
    }

    static let secret = "s3cret:/+ ä"

    let state = Mutex(State())
    private let key = P256.Signing.PrivateKey()

    var issuer: String { state.withLock { $0.issuer } }
    var now: @Sendable () -> Date { { Date(timeIntervalSince1970: self.state.withLock { $0.now }) } }

    /// Runs `body` while the provider is there.
    func serve(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let router = Router()
        router.get(".well-known/openid-configuration") { _, _ in self.metadata() }
        router.get("jwks") { _, _ in self.keys() }
        router.post("token") { request, _ in try await self.token(request) }
        router.get("orders") { request, _ in self.orders(request) }
        let application = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
        try await application.live { client in
            let port = client.port
            self.state.withLock { $0.issuer = "http://127.0.0.1:\(port)" }
            try await body()
        }
    }

    /// The code that the provider gives for an authorization request.
    func code(for request: [String: String]) -> String {
        state.withLock { state in
            state.serial += 1
            state.codes["c_\(state.serial)"] = request
            return "c_\(state.serial)"
        }
    }

    func sign(_ claims: JSONObject, type: String) throws -> String {
        let header: JSONObject = ["alg": "ES256", "typ": .string(type), "kid": "k"]
        let input = "\(Base64URL.encode(header.encoded())).\(Base64URL.encode(claims.encoded()))"
        let signature = try key.signature(for: Data(input.utf8)).rawRepresentation
        return "\(input).\(Base64URL.encode(Array(signature)))"
    }

    func logoutToken(_ change: (inout JSONObject) -> Void = { _ in }) throws -> String {
        let (issuer, now) = state.withLock { ($0.issuer, Int64($0.now)) }
        var claims: JSONObject = [
            "iss": .string(issuer), "aud": "web-app", "iat": .integer(now), "exp": .integer(now + 120), "jti": "l_1",
            "sub": "u_1", "sid": "s_1", "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
        ]
        change(&claims)
        return try sign(claims, type: "logout+jwt")
    }

    private func metadata() -> Response {
        let issuer = issuer
        return Self.json([
            "issuer": .string(issuer), "authorization_endpoint": .string(issuer + "/authorize"),
            "token_endpoint": .string(issuer + "/token"), "end_session_endpoint": .string(issuer + "/logout"),
            "jwks_uri": .string(issuer + "/jwks"),
        ])
    }

    private func keys() -> Response {
        let point = Array(key.publicKey.rawRepresentation)
        let jwk: JSONValue = [
            "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "k",
            "x": .string(Base64URL.encode(Array(point[..<32]))), "y": .string(Base64URL.encode(Array(point[32...]))),
        ]
        return Self.json(["keys": [jwk]])
    }

    private func token(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 64 * 1024)
        let form = parameters(String(buffer: body))
        // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
        let expected = Data("web-app:s3cret%3A%2F%2B%20%C3%A4".utf8).base64EncodedString()
        guard request.headers[.authorization] == "Basic \(expected)" else { return Self.refusal("invalid_client") }
        let (refusal, isDown) = state.withLock { ($0.refusal, $0.isDown) }
        guard !isDown else { return Response(status: .serviceUnavailable) }
        if let refusal { return Self.refusal(refusal) }
        var claims: JSONObject = ["sub": "u_1", "name": "Anna <b>", "sid": "s_1", "aud": "web-app"]
        switch form["grant_type"] {
        case "authorization_code":
            guard let asked = state.withLock({ $0.codes.removeValue(forKey: form["code"] ?? "") }),
                let verifier = form["code_verifier"], asked["redirect_uri"] == form["redirect_uri"],
                Base64URL.encode(SHA256.hash(data: Data(verifier.utf8))) == asked["code_challenge"]
            else { return Self.refusal("invalid_grant") }
            claims["nonce"] = asked["nonce"].map(JSONValue.string)
        case "refresh_token":
            let isCurrent = state.withLock { state in
                state.refreshes += 1
                return state.refreshToken == form["refresh_token"]
            }
            guard isCurrent else { return Self.refusal("invalid_grant") }
        default: return Self.refusal("unsupported_grant_type")
        }
        return try tokens(claims)
    }

    private func tokens(_ claims: JSONObject) throws -> Response {
        let (issuer, now, serial, change) = state.withLock { state in
            state.serial += 1
            state.refreshToken = "r_\(state.serial)"
            return (state.issuer, Int64(state.now), state.serial, state.change)
        }
        let accessToken = "a_\(serial)"
        var claims = claims
        claims["iss"] = .string(issuer)
        claims["iat"] = .integer(now)
        claims["exp"] = .integer(now + 300)
        claims["at_hash"] = .string(Base64URL.encode(SHA256.hash(data: Data(accessToken.utf8)).prefix(16)))
        change(&claims)
        return Self.json([
            "access_token": .string(accessToken), "token_type": "Bearer", "expires_in": 300,
            "refresh_token": .string("r_\(serial)"), "id_token": .string(try sign(claims, type: "JWT")),
        ])
    }

    /// Only the newest access token opens the orders.
    private func orders(_ request: Request) -> Response {
        let serial = state.withLock { $0.serial }
        guard request.headers[.authorization] == "Bearer a_\(serial)" else { return Response(status: .unauthorized) }
        return Self.json([["id": 1, "item": "pumpkin & <i>", "quantity": 3]])
    }

    private static func json(_ value: JSONValue, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: value.encodedString)))
    }

    private static func refusal(_ error: String) -> Response {
        json(["error": .string(error)], .badRequest)
    }
}

/// The names and values of a query or form.
func parameters(_ text: some StringProtocol) -> [String: String] {
    let pairs = text.split(separator: "&").map { pair in
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            .map { String($0).removingPercentEncoding ?? "" }
        return (parts[0], parts.count > 1 ? parts[1] : "")
    }
    return Dictionary(pairs) { first, _ in first }
}
