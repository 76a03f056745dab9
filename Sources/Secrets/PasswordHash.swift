/// A stored password: a string with its scheme, parameters and salt. Tykva writes Argon2id, as libsodium and the Argon2
/// reference implementation do; by import there may be others (`ImportedPasswordHash`).
///
/// The text comes from the database unchecked; `PasswordHasher.verify` reads it and says when it cannot.
package struct PasswordHash: Sendable, Equatable, Redacted {
    /// What is stored. Not for a log: it invites guessing.
    package let stored: String

    package init(stored: String) {
        self.stored = stored
    }
}
