/// How a password was hashed. Tykva itself writes Argon2id; the others come by import and go with the first sign-in.
package enum PasswordScheme: String, Sendable, CaseIterable, Comparable {
    case argon2id
    case argon2i
    case bcrypt
    case pbkdf2
    case scrypt
    /// crypt(5): SHA-256-crypt (`$5$`) and SHA-512-crypt (`$6$`).
    case shaCrypt = "sha-crypt"

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
