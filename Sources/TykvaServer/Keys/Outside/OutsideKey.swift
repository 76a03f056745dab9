import Crypto
import CryptoExtras
package import OAuth
import StrictFormats

/// A private key that an operator brings: its kind, curve and strength are checked.
package struct OutsideKey: Sendable {
    package static let maximumBytes = 65_536
    /// RFC 7518 §3.3 wants 2048 bits at least; larger ones than 8192 only cost time.
    private static let rsaBits = 2048...8192

    let material: KeyMaterial

    /// - Parameters:
    ///   - file: PEM (PKCS #8, SEC 1 or PKCS #1) or a JWK.
    ///   - algorithm: What it is to sign with; needed for an RSA key in PEM, which can do both.
    /// - Throws: A sentence that says what is wrong with it.
    package init(_ file: [UInt8], for algorithm: SigningAlgorithm?) throws(InvalidValue) {
        guard let text = String(validating: file, as: UTF8.self) else {
            throw Self.invalid("it is neither PEM nor a JWK: not UTF-8 text")
        }
        let isJWK = text.first { !$0.isWhitespace } == "{"
        material = isJWK ? try OutsideJWK(text, for: algorithm).material : try Self.read(try PEMFile(text), algorithm)
        guard algorithm == nil || algorithm == material.algorithm else {
            throw Self.invalid("it is a key for \(material.algorithm.rawValue), not for \(algorithm?.rawValue ?? "")")
        }
    }

    private static func read(_ pem: PEMFile, _ algorithm: SigningAlgorithm?) throws(InvalidValue) -> KeyMaterial {
        switch pem.label {
        case "RSA PRIVATE KEY": return try rsa(pem, algorithm)
        case "EC PRIVATE KEY": return try ec(pem)
        case "PRIVATE KEY": break
        default: throw invalid("PEM with the label \(pem.label) is not read")
        }
        switch KeyEncoding.kind(ofPKCS8: pem.der) {
        case .ec: return try ec(pem)
        case .rsa: return try rsa(pem, algorithm)
        case .rsaPSS: throw invalid("it is an RSA key for PSS alone by its type; export it as a plain RSA key")
        case .ed25519:
            guard let seed = KeyEncoding.ed25519Seed(ofPKCS8: pem.der),
                let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed.bytes)
            else { throw invalid("it is a broken Ed25519 key") }
            guard seed.isOf(key.publicKey.rawRepresentation) else { throw invalid(otherHalf) }
            return .edDSA(key)
        case .mlDSA65:
            guard let seed = KeyEncoding.mlDSA65Seed(ofPKCS8: pem.der),
                let key = try? MLDSA65.PrivateKey(seedRepresentation: seed.bytes, publicKey: nil)
            else { throw invalid("it is an ML-DSA-65 key that is broken or without its seed, which is needed") }
            guard seed.isOf(key.publicKey.rawRepresentation) else { throw invalid(otherHalf) }
            return .mlDSA65(key)
        case .ed448: throw invalid("it is an Ed448 key; EdDSA is Ed25519 here")
        case .mlDSA44, .mlDSA87: throw invalid("it is an ML-DSA key of another size than 65")
        case nil: throw invalid("it is a key of a kind that is not known here")
        }
    }

    private static let otherHalf = "its public half is another key's"

    private static func ec(_ pem: PEMFile) throws(InvalidValue) -> KeyMaterial {
        // The library takes any scalar of the right length, whatever its curve.
        guard KeyEncoding.namesP256(pem.der), let key = try? P256.Signing.PrivateKey(derRepresentation: pem.der) else {
            throw invalid("it is an EC key that is broken or not on P-256, and ES256 needs that curve")
        }
        guard KeyEncoding.point(pem.der).map({ $0 == Array(key.publicKey.x963Representation) }) ?? true else {
            throw invalid(otherHalf)
        }
        return .es256(key)
    }

    private static func rsa(_ pem: PEMFile, _ algorithm: SigningAlgorithm?) throws(InvalidValue) -> KeyMaterial {
        guard let key = try? _RSA.Signing.PrivateKey(unsafeDERRepresentation: pem.der) else {
            // The library reads nothing below 1024 bits.
            throw invalid("it is an RSA key that is broken, or far below \(rsaBits.lowerBound) bits")
        }
        return try rsa(key, algorithm)
    }

    static func rsa(
        _ key: _RSA.Signing.PrivateKey, _ algorithm: SigningAlgorithm?
    ) throws(InvalidValue) -> KeyMaterial {
        guard rsaBits.contains(key.keySizeInBits) else {
            throw invalid(
                "it is an RSA key of \(key.keySizeInBits) bits, and \(rsaBits.lowerBound) to \(rsaBits.upperBound) "
                    + "are taken")
        }
        switch algorithm {
        case .rs256: return .rs256(key)
        case .ps256: return .ps256(key)
        default: throw invalid("an RSA key can do two things: say --algorithm RS256 or PS256")
        }
    }

    static func invalid(_ reason: String) -> InvalidValue { InvalidValue("key", reason) }
}

extension OutsideKey {
    package var algorithm: SigningAlgorithm { material.algorithm }
}
