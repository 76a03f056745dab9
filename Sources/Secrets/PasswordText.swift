import StrictFormats

/// The one form of a password that is hashed: NFC, so that every keyboard's way to type "é" gives the same bytes
/// (NIST SP 800-63B §3.1.1.2).
enum PasswordText {
    /// Longer input is not even normalised. NFC shortens a text to no less than a quarter of its bytes.
    static let maximumPresentedBytes = 4 * Password.maximumBytes

    static func normalized(_ text: String) -> String? {
        guard text.utf8.count <= maximumPresentedBytes else { return nil }
        let normalized = text.nfc
        guard normalized.utf8.count <= Password.maximumBytes,
            normalized.unicodeScalars.count <= Password.maximumScalars
        else { return nil }
        return normalized
    }

    /// As words are compared: without regard to case. (Texts that differ in their normalisation only are equal anyway.)
    static func folded(_ text: String) -> String { text.lowercased() }
}
