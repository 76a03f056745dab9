import Crypto
import CryptoExtras
import Foundation
import OAuth
import StrictFormats
import Testing

/// A client's key pair, and assertions signed by it.
struct ClientKey: Sendable {
    let algorithm: String
    let kid: String?
    private let jwk: [(String, JSONValue)]
    private let signature: @Sendable ([UInt8]) throws -> [UInt8]

    static func es256(kid: String? = "a") -> ClientKey {
        let key = P256.Signing.PrivateKey()
        let point = [UInt8](key.publicKey.rawRepresentation)
        let jwk: [(String, JSONValue)] = [
            ("kty", "EC"), ("crv", "P-256"), ("x", text(point.prefix(32))), ("y", text(point.suffix(32))),
        ]
        return ClientKey(algorithm: "ES256", kid: kid, jwk: jwk) {
            [UInt8](try key.signature(for: $0).rawRepresentation)
        }
    }

    static func eddsa() -> ClientKey {
        let key = Curve25519.Signing.PrivateKey()
        let jwk: [(String, JSONValue)] = [
            ("kty", "OKP"), ("crv", "Ed25519"), ("x", text([UInt8](key.publicKey.rawRepresentation))),
        ]
        return ClientKey(algorithm: "EdDSA", kid: "a", jwk: jwk) { [UInt8](try key.signature(for: $0)) }
    }

    static func rsa(_ algorithm: String) throws -> ClientKey {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let numbers = try key.publicKey.getKeyPrimitives()
        let jwk: [(String, JSONValue)] = [
            ("kty", "RSA"), ("n", text([UInt8](numbers.modulus))), ("e", text([UInt8](numbers.publicExponent))),
        ]
        let padding: _RSA.Signing.Padding = algorithm == "PS256" ? .PSS : .insecurePKCS1v1_5
        return ClientKey(algorithm: algorithm, kid: "a", jwk: jwk) {
            [UInt8](try key.signature(for: SHA256.hash(data: $0), padding: padding).rawRepresentation)
        }
    }

    /// A set with this key's public half, and `others`'.
    func set(with others: [ClientKey] = [], alg: String? = nil) -> String {
        let keys = ([self] + others).map { key -> JSONValue in
            var members = key.jwk
            if let kid = key.kid { members.append(("kid", .string(kid))) }
            if let alg { members.append(("alg", .string(alg))) }
            return .object(JSONObject(members))
        }
        return JSONValue.object(JSONObject([("keys", .array(keys))])).encodedString
    }

    func sign(header: [(String, JSONValue)], claims: [(String, JSONValue)]) throws -> String {
        let input = [header, claims].map { Base64URL.encode(JSONValue.object(JSONObject($0)).encoded()) }
            .joined(separator: ".")
        return input + "." + Base64URL.encode(try signature(Array(input.utf8)))
    }

    /// A good assertion, after `change` has had its way with it.
    func assertion(
        of client: String = "keyed", at now: Milliseconds, jti: String = UUID().uuidString,
        change: (inout [String: JSONValue], inout [String: JSONValue]) -> Void = { _, _ in }
    ) throws -> String {
        var header: [String: JSONValue] = ["alg": .string(algorithm)]
        if let kid { header["kid"] = .string(kid) }
        var claims: [String: JSONValue] = [
            "iss": .string(client), "sub": .string(client), "aud": .string(TestServer.issuer),
            "exp": .integer(now.seconds + 60), "iat": .integer(now.seconds), "jti": .string(jti),
        ]
        change(&header, &claims)
        return try sign(header: header.map { ($0.key, $0.value) }, claims: claims.map { ($0.key, $0.value) })
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> JSONValue { .string(Base64URL.encode(bytes)) }
}

extension TestServer {
    static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    /// A client `keyed` that authenticates by `private_key_jwt`.
    static func keyed(_ keys: ClientKeys, id: String = "keyed") throws -> Client {
        Client(
            id: try clientID(id), authentication: .privateKeyJWT(keys), isFirstParty: true,
            grants: [.authorizationCode, .clientCredentials, .password, .refreshToken],
            audiences: [try service("https://api.example.com")],
            resourceServers: [try service("https://api.example.com")],
            scope: try #require(Scope("openid orders:read")),
            redirectURIs: [try RegisteredRedirectURI("https://keyed.example.com/callback")],
            createdAt: Milliseconds(0))
    }

    /// `client_credentials` with an assertion.
    func credentials(_ assertion: String, with more: [(String, String)] = []) async throws -> Answer {
        try await post(
            [
                ("grant_type", "client_credentials"), ("client_assertion_type", Self.assertionType),
                ("client_assertion", assertion),
            ] + more)
    }
}
