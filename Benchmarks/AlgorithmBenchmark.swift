import Crypto
import CryptoExtras
import Foundation
import OAuth
import StrictFormats
import TykvaServer
import TykvaVerifier

/// What each algorithm costs: signing, checking and the length of a token, beside the bare signature and check.
enum AlgorithmBenchmark {
    static func run(_ table: inout Table) async throws {
        for algorithm in SigningAlgorithm.allCases {
            let (key, publicKey) = try await Samples.signingKey(algorithm)
            let claims = try Samples.claims().json()
            let token = try key.sign(.accessToken, claims)
            let bare = try BareKey(algorithm)
            let input = Array(token.utf8.prefix(900))
            let calls = [.rs256, .ps256, .mlDSA65].contains(algorithm) ? 400 : 2000
            let ours = try CPUTime.best(calls: calls) { _ = try key.sign(.accessToken, claims) }
            let signature = try CPUTime.best(calls: calls) { _ = try bare.sign(input) }
            table.add(
                "sign (\(algorithm.rawValue)); token of \(token.utf8.count) bytes", Samples.microseconds(ours),
                bare: "bare signature \(Samples.microseconds(signature))", ratio: ours / signature, target: "–")
            try await check(token, algorithm, publicKey, bare, input, &table)
        }
    }

    private static func check(
        _ token: String, _ algorithm: SigningAlgorithm, _ publicKey: PublicKey, _ bare: BareKey, _ input: [UInt8],
        _ table: inout Table
    ) async throws {
        guard let accepted = TokenAlgorithm(name: algorithm.rawValue) else { throw BenchmarkError("no such algorithm") }
        let keys = try JWKSet(json: JSONValue.object(["keys": [.object(publicKey.jwk)]]).encodedString)
        let verifier = try TokenVerifier(
            issuer: Samples.issuer, audience: "https://api.example.com", algorithm: accepted, keys: .fixed(keys))
        let signature = try bare.sign(input)
        let (ours, bareCheck) = try await CheckBenchmark.pairs(calls: 1000) {
            _ = try await verifier.verify(token)
        } bare: {
            guard bare.isValid(signature, input) else { throw BenchmarkError("bare check failed") }
        }
        table.add(
            "check (\(algorithm.rawValue))", Samples.microseconds(ours),
            bare: "bare check \(Samples.microseconds(bareCheck))", ratio: ours / bareCheck, target: "–")
    }
}

/// A key of swift-crypto with nothing around it.
private enum BareKey {
    case es256(P256.Signing.PrivateKey)
    case rsa(_RSA.Signing.PrivateKey, _RSA.Signing.Padding)
    case edDSA(Curve25519.Signing.PrivateKey)
    case mlDSA65(MLDSA65.PrivateKey)

    init(_ algorithm: SigningAlgorithm) throws {
        switch algorithm {
        case .es256: self = .es256(P256.Signing.PrivateKey())
        case .rs256: self = .rsa(try .init(keySize: .bits3072), .insecurePKCS1v1_5)
        case .ps256: self = .rsa(try .init(keySize: .bits3072), .PSS)
        case .edDSA: self = .edDSA(Curve25519.Signing.PrivateKey())
        case .mlDSA65: self = .mlDSA65(try MLDSA65.PrivateKey())
        }
    }

    func sign(_ input: [UInt8]) throws -> Data {
        switch self {
        case .es256(let key): try key.signature(for: input).rawRepresentation
        case .rsa(let key, let padding): try key.signature(for: input, padding: padding).rawRepresentation
        case .edDSA(let key): try key.signature(for: input)
        case .mlDSA65(let key): try key.signature(for: input)
        }
    }

    func isValid(_ signature: Data, _ input: [UInt8]) -> Bool {
        switch self {
        case .es256(let key):
            (try? P256.Signing.ECDSASignature(rawRepresentation: signature)).map {
                key.publicKey.isValidSignature($0, for: input)
            } ?? false
        case .rsa(let key, let padding):
            key.publicKey.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: input, padding: padding)
        case .edDSA(let key): key.publicKey.isValidSignature(signature, for: input)
        case .mlDSA65(let key): key.publicKey.isValidSignature(signature, for: input)
        }
    }
}
