/// A password hash of another system, in one of the spellings that programs write; read, bounded, and ready to be
/// stored in the canonical text of its scheme.
package struct ImportedPasswordHash: Sendable, Redacted {
    package let hash: PasswordHash
    package let scheme: PasswordScheme

    /// Reads what `StoredPasswordHash` reads, and Django's spellings of the same.
    package init(_ text: String) throws(PasswordHashError) {
        guard text.utf8.count <= PasswordHashLimits.textBytes else { throw .unknownScheme }
        try self.init(text.hasPrefix("$") ? StoredPasswordHash(text) : DjangoPasswordHash.read(text))
    }

    init(_ stored: StoredPasswordHash) throws(PasswordHashError) {
        // One of our own form may be dearer when an operator of ours has set it so; a file has set nothing.
        if case .argon2(let hash) = stored, !hash.isWithinLimits { throw .tooDear(hash.scheme) }
        hash = PasswordHash(stored: stored.text)
        scheme = stored.scheme
    }
}
