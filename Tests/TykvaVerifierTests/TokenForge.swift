import Crypto
import CryptoExtras
import Foundation
import StrictFormats
import TykvaVerifier

/// An issuer of tokens of any shape, each with a good signature unless a test spoils it.
struct TokenForge: Sendable {
    enum Signer: Sendable {
        case es256(P256.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey, isPSS: Bool)
        case eddsa(Curve25519.Signing.PrivateKey)
        case mlDSA65(MLDSA65.PrivateKey)
    }

    static let issuer = "https://auth.example.com"
    static let audience = "https://api.example.com"
    static let now = 1_780_000_000.0

    static let es256 = TokenForge(kid: "key-1", algorithm: .es256, signer: .es256(P256.Signing.PrivateKey()))
    static let otherES256 = TokenForge(kid: "key-2", algorithm: .es256, signer: .es256(P256.Signing.PrivateKey()))
    static let eddsa = TokenForge(kid: "ed", algorithm: .eddsa, signer: .eddsa(Curve25519.Signing.PrivateKey()))
    static let rsaKey = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    static func rs256() throws -> TokenForge {
        TokenForge(kid: "rs", algorithm: .rs256, signer: .rsa(try rsaKey.get(), isPSS: false))
    }

    static func ps256() throws -> TokenForge {
        TokenForge(kid: "ps", algorithm: .ps256, signer: .rsa(try rsaKey.get(), isPSS: true))
    }

    static let mlDSAKey = Result { try MLDSA65.PrivateKey() }

    static func mlDSA65() throws -> TokenForge {
        TokenForge(kid: "ml", algorithm: .mlDSA65, signer: .mlDSA65(try mlDSAKey.get()))
    }

    /// One of each algorithm.
    static func all() throws -> [TokenForge] { [es256, eddsa, try rs256(), try ps256(), try mlDSA65()] }

    let kid: String
    let algorithm: TokenAlgorithm
    let signer: Signer

    /// A header and claims that pass every check.
    var header: JSONObject {
        ["alg": .string(algorithm.name), "typ": "at+jwt", "kid": .string(kid)]
    }

    static var claims: JSONObject {
        [
            "iss": .string(issuer), "sub": "u_1", "aud": .string(audience), "exp": .integer(Int64(now) + 300),
            "iat": .integer(Int64(now)), "jti": "t_1", "client_id": "web", "scope": "openid orders:read",
            "sid": "s_1", "auth_time": .integer(Int64(now) - 60), "amr": ["pwd"], "roles": ["accountant", "clerk"],
        ]
    }

    func token(header: JSONObject? = nil, claims: JSONObject = Self.claims) throws -> String {
        try token(header: JSONValue.object(header ?? self.header).encodedString, claims: claims.encoded())
    }

    /// Signs these very bytes.
    func token(header: String, claims: [UInt8]) throws -> String {
        let input = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(claims))"
        return "\(input).\(Base64URL.encode(try signature(of: input)))"
    }

    func signature(of input: String) throws -> [UInt8] {
        let data = Data(input.utf8)
        switch signer {
        case .es256(let key): return Array(try key.signature(for: data).rawRepresentation)
        case .rsa(let key, let isPSS):
            let padding: _RSA.Signing.Padding = isPSS ? .PSS : .insecurePKCS1v1_5
            return Array(try key.signature(for: data, padding: padding).rawRepresentation)
        case .eddsa(let key): return Array(try key.signature(for: data))
        case .mlDSA65(let key): return Array(try key.signature(for: data))
        }
    }

    /// The public key as its issuer publishes it.
    func jwk() throws -> JSONObject {
        var jwk: JSONObject = ["kid": .string(kid), "alg": .string(algorithm.name), "use": "sig"]
        switch signer {
        case .es256(let key):
            let point = Array(key.publicKey.rawRepresentation)
            jwk["kty"] = "EC"
            jwk["crv"] = "P-256"
            jwk["x"] = .string(Base64URL.encode(Array(point[..<32])))
            jwk["y"] = .string(Base64URL.encode(Array(point[32...])))
        case .rsa(let key, _):
            let numbers = try key.publicKey.getKeyPrimitives()
            jwk["kty"] = "RSA"
            jwk["n"] = .string(Base64URL.encode(Array(numbers.modulus)))
            jwk["e"] = .string(Base64URL.encode(Array(numbers.publicExponent)))
        case .eddsa(let key):
            jwk["kty"] = "OKP"
            jwk["crv"] = "Ed25519"
            jwk["x"] = .string(Base64URL.encode(Array(key.publicKey.rawRepresentation)))
        case .mlDSA65(let key):
            jwk["kty"] = "AKP"
            jwk["pub"] = .string(Base64URL.encode(Array(key.publicKey.rawRepresentation)))
        }
        return jwk
    }

    static func keySetJSON(_ forges: [TokenForge]) throws -> String {
        let keys = try forges.map { JSONValue.object(try $0.jwk()) }
        return JSONValue.object(["keys": .array(keys)]).encodedString
    }

    static func keySet(_ forges: TokenForge...) throws -> JWKSet {
        try JWKSet(json: try keySetJSON(forges))
    }

    /// A verifier that takes this forge's tokens, at the forge's time.
    func verifier(
        alsoAccepting: TokenAlgorithm? = nil, keys: KeySource? = nil, cache: VerifiedTokenCacheLimits? = nil,
        isRevoked: (@Sendable (VerifiedToken) -> Bool)? = nil, clock: ManualClock = ManualClock()
    ) throws -> TokenVerifier {
        try TokenVerifier(
            issuer: Self.issuer, audience: Self.audience, algorithm: algorithm, alsoAccepting: alsoAccepting,
            keys: try keys ?? .fixed(try Self.keySet(self)), cache: cache, isRevoked: isRevoked, now: clock.date)
    }
}
