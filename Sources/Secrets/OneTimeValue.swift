import CSodium
import StrictFormats

/// 256 random bits that are shown once and stored as a hash: authorization codes, links, cookies, client secrets.
///
/// Never hashed slowly: nobody guesses 256 bits.
package struct OneTimeValue: Sendable, Redacted {
    /// Lets people and secret scanners see what a leaked value is.
    package struct Prefix: Sendable, Hashable {
        package let text: String

        package init(_ text: StaticString) {
            self.text = text.description
        }

        package static let none = Prefix("")
        package static let clientSecret = Prefix("tkvc_")
        package static let authorizationCode = Prefix("tkva_")
        /// In links of mails.
        package static let link = Prefix("tkvl_")
        /// RFC 9126 §2.2.
        package static let pushedRequest = Prefix("urn:ietf:params:oauth:request_uri:")
    }

    package static let byteCount = 32

    private let text: String

    /// Makes a new one.
    package static func random(_ prefix: Prefix = .none) -> OneTimeValue {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        _ = Sodium.isReady
        randombytes_buf(&bytes, byteCount)
        defer { Sodium.wipe(&bytes) }
        return OneTimeValue(text: prefix.text + Base64URL.encode(bytes))
    }

    /// Reads one that was presented: the prefix and 43 characters of canonical base64url, or nil.
    package init?(presented: String, prefix: Prefix = .none) {
        let (text, prefix) = (presented.utf8, prefix.text.utf8)
        guard text.count == prefix.count + Self.encodedCharacters, text.starts(with: prefix),
            Base64URL.decode(Array(text.dropFirst(prefix.count)))?.count == Self.byteCount
        else { return nil }
        self.text = presented
    }

    private init(text: String) {
        self.text = text
    }

    /// What is stored of it: the SHA-256 of the whole text, prefix included.
    package var hash: TokenHash { TokenHash(of: text) }

    /// The value in clear, for the one answer that hands it over. Never for a log.
    package func revealedText() -> String { text }

    private static let encodedCharacters = 43
}
