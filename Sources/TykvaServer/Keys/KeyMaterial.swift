import Crypto
import CryptoExtras
import OAuth
import Secrets
import StrictFormats

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A private key of one of the algorithms, in the form of swift-crypto.
enum KeyMaterial: Sendable {
    case es256(P256.Signing.PrivateKey)
    case rs256(_RSA.Signing.PrivateKey)
    case ps256(_RSA.Signing.PrivateKey)
    case edDSA(Curve25519.Signing.PrivateKey)
    case mlDSA65(MLDSA65.PrivateKey)

    /// A new key.
    ///
    /// Its name does not begin with `-`, so that a command line takes it for no option.
    static func make(_ algorithm: SigningAlgorithm) throws -> KeyMaterial {
        for _ in 0..<16 {
            let key = try new(algorithm)
            if let id = KeyThumbprint.of(try key.publicMembers()), !id.text.hasPrefix("-") { return key }
        }
        throw InvalidValue("signing key", "no usable one was made")
    }

    private static func new(_ algorithm: SigningAlgorithm) throws -> KeyMaterial {
        switch algorithm {
        case .es256: .es256(P256.Signing.PrivateKey())
        case .rs256: .rs256(try _RSA.Signing.PrivateKey(keySize: .bits3072))
        case .ps256: .ps256(try _RSA.Signing.PrivateKey(keySize: .bits3072))
        case .edDSA: .edDSA(Curve25519.Signing.PrivateKey())
        case .mlDSA65: .mlDSA65(try MLDSA65.PrivateKey())
        }
    }

    /// A key as `stored` gave it.
    init(_ algorithm: SigningAlgorithm, stored bytes: UnsafeRawBufferPointer) throws {
        switch algorithm {
        case .es256: self = .es256(try P256.Signing.PrivateKey(rawRepresentation: bytes))
        case .rs256: self = .rs256(try _RSA.Signing.PrivateKey(derRepresentation: Array(bytes)))
        case .ps256: self = .ps256(try _RSA.Signing.PrivateKey(derRepresentation: Array(bytes)))
        case .edDSA: self = .edDSA(try Curve25519.Signing.PrivateKey(rawRepresentation: bytes))
        case .mlDSA65: self = .mlDSA65(try MLDSA65.PrivateKey(seedRepresentation: Array(bytes), publicKey: nil))
        }
    }

    /// What is sealed: the scalar, the seed, or PKCS#1 in DER.
    var stored: SecretBytes {
        switch self {
        case .es256(let key): SecretBytes(copying: key.rawRepresentation)
        case .rs256(let key), .ps256(let key): SecretBytes(copying: key.derRepresentation)
        case .edDSA(let key): SecretBytes(copying: key.rawRepresentation)
        case .mlDSA65(let key): SecretBytes(copying: key.seedRepresentation)
        }
    }

    var algorithm: SigningAlgorithm {
        switch self {
        case .es256: .es256
        case .rs256: .rs256
        case .ps256: .ps256
        case .edDSA: .edDSA
        case .mlDSA65: .mlDSA65
        }
    }

    /// The members of the public JWK that are the key itself, `kty` and `alg` among them (RFC 7518 §6, RFC 8037 §2,
    /// RFC 9964).
    func publicMembers() throws -> JSONObject {
        let alg = JSONValue.string(algorithm.rawValue)
        switch self {
        case .es256(let key):
            let point = Array(key.publicKey.rawRepresentation)
            return [
                "kty": "EC", "alg": alg, "crv": "P-256", "x": Self.text(point.prefix(32)),
                "y": Self.text(point.suffix(32)),
            ]
        case .rs256(let key), .ps256(let key):
            let numbers = try key.publicKey.getKeyPrimitives()
            return [
                "kty": "RSA", "alg": alg, "n": Self.number(numbers.modulus), "e": Self.number(numbers.publicExponent),
            ]
        case .edDSA(let key):
            return ["kty": "OKP", "alg": alg, "crv": "Ed25519", "x": Self.text(key.publicKey.rawRepresentation)]
        case .mlDSA65(let key):
            return ["kty": "AKP", "alg": alg, "pub": Self.text(key.publicKey.rawRepresentation)]
        }
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> JSONValue { .string(Base64URL.encode(Array(bytes))) }

    /// RFC 7518 §2, Base64urlUInt: without leading zeros.
    private static func number(_ bytes: Data) -> JSONValue { text(bytes.drop { $0 == 0 }) }
}
