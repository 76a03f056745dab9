import Crypto
import CryptoExtras
package import OAuth
package import StrictFormats

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension PublicKey {
    /// SubjectPublicKeyInfo in PEM (RFC 7468 §13), for programs that read no JWK.
    package var pem: String {
        get throws { try PublicKeyFile(jwk, algorithm).pem }
    }
}

/// A public key for programs that read no JWK.
package struct PublicKeyFile: Sendable {
    private let jwk: JSONObject
    private let algorithm: SigningAlgorithm

    /// - Parameter jwk: A key that a verifier would use with this algorithm.
    package init(_ jwk: JSONObject, _ algorithm: SigningAlgorithm) {
        self.jwk = jwk
        self.algorithm = algorithm
    }

    /// A key whose private half is gone as soon as it is made: it verifies nothing.
    package static func ofNobody(_ algorithm: SigningAlgorithm) throws -> PublicKeyFile {
        PublicKeyFile(try KeyMaterial.make(algorithm).publicMembers(), algorithm)
    }

    /// SubjectPublicKeyInfo in PEM (RFC 7468 §13).
    package var pem: String {
        get throws {
            switch algorithm {
            case .es256:
                try P256.Signing.PublicKey(rawRepresentation: try bytes("x") + bytes("y")).pemRepresentation + "\n"
            case .rs256, .ps256:
                try _RSA.Signing.PublicKey(n: try bytes("n"), e: try bytes("e")).pemRepresentation + "\n"
            case .edDSA: Self.pem(KeyEncoding.spki(ed25519: try bytes("x")))
            case .mlDSA65: Self.pem(KeyEncoding.spki(mlDSA65: try bytes("pub")))
            }
        }
    }

    private func bytes(_ name: String) throws(InvalidValue) -> [UInt8] {
        guard let bytes = jwk[name]?.stringValue.flatMap({ Base64URL.decode($0) }) else {
            throw InvalidValue("signing key \(jwk["kid"]?.stringValue ?? "")", "its public half has no \(name)")
        }
        return bytes
    }

    private static func pem(_ der: [UInt8]) -> String {
        var rest = Data(der).base64EncodedString()[...]
        var lines = ["-----BEGIN PUBLIC KEY-----"]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        return (lines + ["-----END PUBLIC KEY-----", ""]).joined(separator: "\n")
    }
}
