import Crypto
import CryptoExtras

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A public key with its id and the one algorithm that it is for.
package struct VerificationKey: Sendable {
    let id: String
    let algorithm: TokenAlgorithm
    private let material: Material

    init(id: String, algorithm: TokenAlgorithm, material: Material) {
        self.id = id
        self.algorithm = algorithm
        self.material = material
    }

    /// Step 4 of the checks.
    package func isValid(signature: [UInt8], of message: ArraySlice<UInt8>) -> Bool {
        material.isValid(signature: signature, of: message)
    }

    func isSame(as other: VerificationKey) -> Bool {
        id.utf8.elementsEqual(other.id.utf8) && algorithm == other.algorithm
            && material.publicBytes == other.material.publicBytes
    }
}

extension VerificationKey {
    /// The key itself, in the form of swift-crypto.
    struct Material: Sendable {
        private enum Key: Sendable {
            case p256(P256.Signing.PublicKey)
            case ed25519(Curve25519.Signing.PublicKey)
            case mlDSA65(MLDSA65.PublicKey)
            case rsa(_RSA.Signing.PublicKey, _RSA.Signing.Padding, signatureBytes: Int)
        }

        /// FIPS 204 §4, table 2.
        static let mlDSA65Bytes = 1952
        private static let mlDSA65SignatureBytes = 3309

        private let key: Key
        let publicBytes: [UInt8]

        /// A point of P-256; refused when it is not on the curve.
        init(p256 x: [UInt8], _ y: [UInt8]) throws {
            publicBytes = x + y
            key = .p256(try P256.Signing.PublicKey(rawRepresentation: publicBytes))
        }

        init(ed25519 point: [UInt8]) throws {
            publicBytes = point
            key = .ed25519(try Curve25519.Signing.PublicKey(rawRepresentation: point))
        }

        init(mlDSA65 encoded: [UInt8]) throws {
            publicBytes = encoded
            key = .mlDSA65(try MLDSA65.PublicKey(rawRepresentation: encoded))
        }

        init(modulus: [UInt8], exponent: [UInt8], isPSS: Bool) throws {
            publicBytes = modulus + exponent
            key = .rsa(
                try _RSA.Signing.PublicKey(n: modulus, e: exponent), isPSS ? .PSS : .insecurePKCS1v1_5,
                signatureBytes: modulus.count)
        }

        func isValid(signature: [UInt8], of message: ArraySlice<UInt8>) -> Bool {
            switch key {
            case .p256(let key):
                // RFC 7518 §3.4: r and s, 32 bytes each; never DER.
                guard signature.count == 64,
                    let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
                else { return false }
                return key.isValidSignature(signature, for: SHA256.hash(data: message))
            case .ed25519(let key):
                return signature.count == 64 && key.isValidSignature(signature, for: message)
            case .mlDSA65(let key):
                // RFC 9964: the pure variant, with an empty context.
                return signature.count == Self.mlDSA65SignatureBytes && key.isValidSignature(signature, for: message)
            case .rsa(let key, let padding, let signatureBytes):
                guard signature.count == signatureBytes else { return false }
                return key.isValidSignature(
                    _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: message),
                    padding: padding)
            }
        }
    }
}
