/// A password that a person chooses, checked and normalised; a value of this type may be stored as a hash.
///
/// 15…256 characters. The minimum counts what a person sees as one character (extended grapheme clusters), so that
/// fifteen accents on one letter are no password; the maximum counts Unicode scalars and is a bound on work, not on
/// choice. Control characters are refused, because most forms cannot send them again; every other character is
/// welcome, and no kind of character is demanded (NIST SP 800-63B §3.1.1.2).
package final class Password: Sendable, Redacted {
    package static let minimumCharacters = 15
    package static let maximumScalars = 256
    /// In UTF-8, after NFC. It follows from `maximumScalars`.
    package static let maximumBytes = 1_024

    let utf8: SecretBytes

    package init(_ text: String) throws(PasswordError) {
        guard let normalized = PasswordText.normalized(text) else { throw .tooLong }
        guard !normalized.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .controlCharacter
        }
        guard normalized.count >= Self.minimumCharacters else { throw .tooShort }
        self.utf8 = SecretBytes(copying: normalized.utf8)
    }
}
