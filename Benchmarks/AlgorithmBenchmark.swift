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
            // All before the last point is what is signed (RFC 7515 §5.1).
            let signatureLength = token.split(separator: ".").last?.utf8.count ?? 0
            let input = Array(token.utf8.dropLast(signatureLength + 1))
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

/// A key of swift-crypto with nothing around it. The public half is made once, as a verifier has it.
private struct BareKey {
    let sign: (_ input: [UInt8]) throws -> Data
    let isValid: (_ signature: Data, _ input: [UInt8]) -> Bool

    init(_ algorithm: SigningAlgorithm) throws {
        switch algorithm {
        case .es256:
            let key = P256.Signing.PrivateKey()
            let publicKey = key.publicKey
            sign = { try key.signature(for: $0).rawRepresentation }
            isValid = { signature, input in
                let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
                return signature.map { publicKey.isValidSignature($0, for: input) } ?? false
            }
        case .rs256: self = try Self.rsa(.insecurePKCS1v1_5)
        case .ps256: self = try Self.rsa(.PSS)
        case .edDSA:
            let key = Curve25519.Signing.PrivateKey()
            let publicKey = key.publicKey
            sign = { try key.signature(for: $0) }
            isValid = { publicKey.isValidSignature($0, for: $1) }
        case .mlDSA65:
            let key = try MLDSA65.PrivateKey()
            let publicKey = key.publicKey
            sign = { try key.signature(for: $0) }
            isValid = { publicKey.isValidSignature($0, for: $1) }
        }
    }

    private init(
        sign: @escaping (_ input: [UInt8]) throws -> Data,
        isValid: @escaping (_ signature: Data, _ input: [UInt8]) -> Bool
    ) {
        self.sign = sign
        self.isValid = isValid
    }

    private static func rsa(_ padding: _RSA.Signing.Padding) throws -> BareKey {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits3072)
        let publicKey = key.publicKey
        return BareKey {
            try key.signature(for: $0, padding: padding).rawRepresentation
        } isValid: { signature, input in
            publicKey.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: input, padding: padding)
        }
    }
}
