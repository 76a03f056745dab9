import Crypto
import StrictFormats

/// What an authorization request says of its verifier: SHA-256, and nothing else (RFC 7636 §4.2, OAuth 2.1 §7.5.2).
///
/// `plain` does not exist here: a value of this type can only be compared with a verifier's hash.
package struct CodeChallenge: Hashable, Sendable {
    package static let method = "S256"
    /// 43 characters of base64url, without padding.
    package let text: String

    /// Nil unless it is 32 bytes in canonical base64url.
    package init?(_ text: String) {
        guard text.utf8.count == 43, Base64URL.decode(text)?.count == SHA256.byteCount else { return nil }
        self.text = text
    }
}

/// The secret that proves that who redeems a code is who asked for it: 43…128 unreserved characters (RFC 7636 §4.1).
///
/// It has no description.
package struct CodeVerifier: Sendable {
    private let text: String

    package init?(_ text: String) {
        guard (43...128).contains(text.utf8.count), text.utf8.allSatisfy(isUnreserved) else { return nil }
        self.text = text
    }

    /// RFC 7636 §4.6. The hash of a secret is compared: time tells nothing of use.
    package func matches(_ challenge: CodeChallenge) -> Bool {
        Base64URL.encode(Array(SHA256.hash(data: Array(text.utf8)))) == challenge.text
    }
}
