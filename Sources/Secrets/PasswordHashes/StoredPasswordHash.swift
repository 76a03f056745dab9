/// A password hash that can be verified, read from its one canonical text: that of the column `password_hash`.
///
/// Whatever is read is whole and costs no more than it may, so that verifying it ends.
enum StoredPasswordHash: Sendable {
    case argon2(Argon2Hash)
    case bcrypt(BcryptHash)
    case shaCrypt(SHACryptHash)
    case pbkdf2(PBKDF2Hash)
    case scrypt(ScryptHash)
    case cryptScrypt(CryptScryptHash)

    init(_ text: String) throws(PasswordHashError) {
        let parts = text.split(separator: "$", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty else { throw .unknownScheme }
        switch parts[1] {
        case "argon2id": self = .argon2(try Argon2Hash(text, .argon2id))
        case "argon2i": self = .argon2(try Argon2Hash(text, .argon2i))
        case "2a", "2b", "2y": self = .bcrypt(try BcryptHash(text))
        case "5", "6": self = .shaCrypt(try SHACryptHash(text))
        case "7": self = .cryptScrypt(try CryptScryptHash(text))
        case "scrypt": self = .scrypt(try ScryptHash(text))
        case "pbkdf2-sha1", "pbkdf2-sha256", "pbkdf2-sha512": self = .pbkdf2(try PBKDF2Hash(text))
        default: throw .unknownScheme
        }
    }

    var text: String {
        switch self {
        case .argon2(let hash): hash.text
        case .bcrypt(let hash): hash.text
        case .shaCrypt(let hash): hash.text
        case .pbkdf2(let hash): hash.text
        case .scrypt(let hash): hash.text
        case .cryptScrypt(let hash): hash.text
        }
    }

    var scheme: PasswordScheme {
        switch self {
        case .argon2(let hash): hash.scheme
        case .bcrypt: .bcrypt
        case .shaCrypt: .shaCrypt
        case .pbkdf2: .pbkdf2
        case .scrypt, .cryptScrypt: .scrypt
        }
    }

    /// Whether a new hash would be made in the same way.
    func isMade(at cost: PasswordHashingCost) -> Bool {
        guard case .argon2(let hash) = self else { return false }
        return hash.isMade(at: cost)
    }

    /// Whether the password is this one. Blocking, and with the cost that the hash says.
    func matches(_ password: borrowing SecretBytes) throws(PasswordHasherError) -> Bool {
        switch self {
        case .argon2(let hash): try hash.matches(password)
        case .bcrypt(let hash): try LibCrypt.matches(password, hash.text)
        case .shaCrypt(let hash): try LibCrypt.matches(password, hash.text)
        case .pbkdf2(let hash): try hash.matches(password)
        case .scrypt(let hash): try hash.matches(password)
        case .cryptScrypt(let hash): try LibCrypt.matches(password, hash.text)
        }
    }
}
