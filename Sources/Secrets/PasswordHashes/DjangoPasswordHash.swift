/// The spellings of Django's password hashers: the name of the hasher, then `$`.
///
/// https://docs.djangoproject.com/en/5.2/topics/auth/passwords/
enum DjangoPasswordHash {
    static func read(_ text: String) throws(PasswordHashError) -> StoredPasswordHash {
        guard let end = text.firstIndex(of: "$") else { throw .unknownScheme }
        let rest = text[end...]
        switch text[..<end] {
        case "pbkdf2_sha256": return .pbkdf2(try pbkdf2(rest, .sha256))
        case "pbkdf2_sha1": return .pbkdf2(try pbkdf2(rest, .sha1))
        case "scrypt": return .scrypt(try scrypt(rest))
        case "bcrypt": return .bcrypt(try BcryptHash(String(rest.dropFirst())))
        case "argon2":
            let variant: Argon2Hash.Variant = rest.hasPrefix("$argon2i$") ? .argon2i : .argon2id
            return .argon2(try Argon2Hash(String(rest), variant))
        default: throw .unknownScheme
        }
    }

    /// `$rounds$salt$tag`, with the salt as it is and the tag in base64.
    private static func pbkdf2(
        _ text: Substring, _ digest: PBKDF2Hash.Digest
    ) throws(PasswordHashError) -> PBKDF2Hash {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, let rounds = DecimalText.number(parts[1]), let tag = tag(parts[3]) else {
            throw .damaged(.pbkdf2)
        }
        return try PBKDF2Hash(digest: digest, rounds: rounds, salt: Array(parts[2].utf8), tag: tag)
    }

    /// `$N$salt$r$p$tag`.
    private static func scrypt(_ text: Substring) throws(PasswordHashError) -> ScryptHash {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, let rounds = DecimalText.number(parts[1]), rounds > 0,
            rounds & (rounds - 1) == 0, let blockSize = DecimalText.number(parts[3]),
            let parallelism = DecimalText.number(parts[4]), let tag = tag(parts[5])
        else { throw .damaged(.scrypt) }
        let cost = try ScryptCost(
            logN: rounds.trailingZeroBitCount, blockSize: blockSize, parallelism: parallelism)
        return try ScryptHash(cost: cost, salt: Array(parts[2].utf8), tag: tag)
    }

    private static func tag(_ text: Substring) -> [UInt8]? {
        SecretBase64.paddedBytes(text, PasswordHashLimits.tagBytes)
    }
}
