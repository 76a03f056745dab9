/// A stored password: the Argon2id string with its parameters and salt, as libsodium and the Argon2 reference
/// implementation write it.
///
/// The text comes from the database unchecked; `PasswordHasher.verify` reads it and says when it cannot.
package struct PasswordHash: Sendable, Equatable, Redacted {
    /// What is stored. Not for a log: it invites guessing.
    package let stored: String

    package init(stored: String) {
        self.stored = stored
    }
}
