/// A password that a person chose and the rules took, normalised; a value of this type may be stored as a hash.
///
/// Only `PasswordRules.accept` makes one, so no rule can be left out.
package final class Password: Sendable, Redacted {
    package static let maximumScalars = 256
    /// In UTF-8, after NFC. It follows from `maximumScalars`.
    package static let maximumBytes = 1_024

    let utf8: SecretBytes

    fileprivate init(accepted normalized: String) {
        self.utf8 = SecretBytes(copying: normalized.utf8)
    }
}

extension PasswordRules {
    /// Takes a new password, or says what is wrong with it.
    ///
    /// The minimum counts what a person sees as one character (extended grapheme clusters), so that fifteen accents on
    /// one letter are no password; the maximum counts Unicode scalars and is a bound on work, not on choice. Control
    /// characters are refused, because most forms cannot send them again; every other character is welcome, and no kind
    /// of character is demanded (NIST SP 800-63B-4 §3.1.1.2).
    ///
    /// - Parameters:
    ///   - text: As the person typed it.
    ///   - owner: Whose password it shall be.
    package func accept(_ text: String, for owner: PasswordOwner) async throws(PasswordError) -> Password {
        guard let normalized = PasswordText.normalized(text) else { throw .tooLong }
        guard !normalized.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .controlCharacter
        }
        guard normalized.count >= minimum.characters else { throw .tooShort(minimum: minimum.characters) }
        let own = OwnWords(owner.names + serviceNames)
        if let refusal = GuessableText(normalized, own: own).refusal(common) { throw refusal }
        if let leaked, await leaked.contains(LeakedPasswordQuery(normalized)) { throw .leaked }
        return Password(accepted: normalized)
    }
}
