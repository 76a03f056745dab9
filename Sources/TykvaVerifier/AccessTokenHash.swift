import Crypto
import StrictFormats

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `at_hash`: ties an access token to the ID token that came with it (OpenID Connect Core §3.1.3.6).
enum AccessTokenHash {
    /// The left half of the hash that the ID token's algorithm uses: SHA-256, and for Ed25519 SHA-512 (RFC 8032 §5.1).
    ///
    /// - Returns: Nil for ML-DSA-65, which names no hash.
    static func of(_ accessToken: String, algorithm: TokenAlgorithm) -> String? {
        let bytes = Data(accessToken.utf8)
        return switch algorithm.kind {
        case .es256, .rs256, .ps256: Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(16)))
        case .eddsa: Base64URL.encode(Array(SHA512.hash(data: bytes).prefix(32)))
        case .mlDSA65: nil
        }
    }
}
