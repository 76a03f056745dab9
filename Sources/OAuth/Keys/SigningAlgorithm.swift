/// The algorithm of the deployment's signatures: exactly one at a time, and two in the key set while it changes.
package enum SigningAlgorithm: String, Sendable, CaseIterable {
    /// ECDSA with P-256 and SHA-256 (RFC 7518 §3.4).
    case es256 = "ES256"
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3), for old relying parties; keys of 3072 bits.
    case rs256 = "RS256"
    /// RSASSA-PSS with SHA-256 (RFC 7518 §3.5); keys of 3072 bits.
    case ps256 = "PS256"
    /// Ed25519 by the name that relying parties know (RFC 8037 §3.1).
    case edDSA = "EdDSA"
    /// FIPS 204, RFC 9964.
    case mlDSA65 = "ML-DSA-65"

    /// The algorithm of a name, whatever its case, for a command line.
    package init?(named name: String) {
        guard let algorithm = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
            return nil
        }
        self = algorithm
    }
}
