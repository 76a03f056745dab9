import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import StrictFormats
import TykvaHummingbird
import TykvaVerifier

/// A service with routes of every kind of protection, and an issuer for it.
struct ProtectedService: Sendable {
    static let issuer = "https://auth.example.com"
    static let audience = "https://api.example.com"
    static let now = 1_780_000_000.0

    private let key = P256.Signing.PrivateKey()

    /// A token with this scope and these roles.
    func token(scope: String? = nil, roles: [String] = [], expires: Double = now + 60) throws -> String {
        var claims: JSONObject = [
            "iss": .string(Self.issuer), "aud": .string(Self.audience), "sub": "u_1", "client_id": "web", "jti": "t_1",
            "iat": .integer(Int64(Self.now) - 10), "exp": .integer(Int64(expires)),
            "roles": .array(roles.map(JSONValue.string)),
        ]
        if let scope { claims["scope"] = .string(scope) }
        let header: JSONObject = ["alg": "ES256", "typ": "at+jwt", "kid": "k"]
        let input = "\(Base64URL.encode(header.encoded())).\(Base64URL.encode(claims.encoded()))"
        let signature = try key.signature(for: Data(input.utf8)).rawRepresentation
        return "\(input).\(Base64URL.encode(Array(signature)))"
    }

    private func keys() throws -> JWKSet {
        let point = Array(key.publicKey.rawRepresentation)
        let jwk: JSONValue = [
            "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "k",
            "x": .string(Base64URL.encode(Array(point[..<32]))), "y": .string(Base64URL.encode(Array(point[32...]))),
        ]
        return try JWKSet(json: (["keys": [jwk]] as JSONValue).encoded())
    }

    func application(keys source: KeySource? = nil) throws -> some ApplicationProtocol {
        let verifier = try TokenVerifier(
            issuer: Self.issuer, audience: Self.audience, algorithm: .es256, keys: source ?? .fixed(try keys()),
            now: { Date(timeIntervalSince1970: Self.now) })
        let router = Router(context: BearerRequestContext.self)
        router.get("health") { _, _ in "ok" }
        // A guard without the middleware before it must never let anybody in.
        router.group("unguarded").add(middleware: RequireScope("read")).get { _, _ in "never" }
        router.group("unguarded-role").add(middleware: RequireRole("clerk")).get { _, _ in "never" }
        let api = router.group().add(middleware: BearerTokenMiddleware(verifier: verifier, realm: "the \"api\"\n"))
        api.get("me") { _, context in try context.requireToken().subject }
        api.group("read").add(middleware: RequireScope("read")).get { _, _ in "read" }
        api.group("both").add(middleware: RequireScope("read", "write")).get { _, _ in "both" }
        api.group("either").add(middleware: RequireScope(anyOf: "read", "write")).get { _, _ in "either" }
        api.group("clerk").add(middleware: RequireRole("clerk")).get { _, _ in "clerk" }
        api.group("clerk-boss").add(middleware: RequireRole("clerk", "boss")).get { _, _ in "clerk-boss" }
        api.group("any-role").add(middleware: RequireRole(anyOf: "clerk", "boss")).get { _, _ in "any-role" }
        let open = router.group("open")
            .add(middleware: BearerTokenMiddleware(verifier: verifier, allowsAnonymous: true))
        open.get { _, context in context.token?.subject ?? "a stranger" }
        open.group("read").add(middleware: RequireScope("read")).get { _, _ in "read" }
        open.get("me") { _, context in try context.requireToken().subject }
        return Application(router: router)
    }
}

/// What the tests look at in an answer.
struct Answer: Equatable, Sendable {
    let status: Int
    let challenge: String?
    let body: String
}

extension TestClientProtocol {
    func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> Answer {
        try await execute(uri: path, method: .get, headers: headers) { response in
            Answer(
                status: response.status.code, challenge: response.headers[.wwwAuthenticate],
                body: String(buffer: response.body))
        }
    }

    func get(_ path: String, token: String) async throws -> Answer {
        try await get(path, [.authorization: "Bearer \(token)"])
    }
}
