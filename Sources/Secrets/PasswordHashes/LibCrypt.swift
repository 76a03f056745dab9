import CCrypt

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// crypt(5) through libcrypt: whoever hashed the passwords of a system hashes them here too.
enum LibCrypt {
    /// With the zero byte that ends it; libcrypt refuses longer ones.
    private static let passwordCapacity = Int(CRYPT_MAX_PASSPHRASE_SIZE)

    /// Whether the password is that of a hash, which its scheme has found to be whole.
    ///
    /// What libcrypt cannot take, a long password or a zero byte, costs the same and matches nothing.
    static func matches(_ password: borrowing SecretBytes, _ hash: String) throws(PasswordHasherError) -> Bool {
        let isUsable = password.withUnsafeBytes { $0.count < passwordCapacity && !$0.contains(0) }
        let phrase = password.withUnsafeBytes { password in
            SecretBytes(count: passwordCapacity) { phrase in
                if isUsable { phrase.copyMemory(from: password) }
            }
        }
        let isEqual = try computed(phrase, hash)
        return isEqual && isUsable
    }

    /// Its workspace holds the password and what is derived from it: allocated for one call, and wiped.
    private static func computed(
        _ phrase: borrowing SecretBytes, _ hash: String
    ) throws(PasswordHasherError) -> Bool {
        var verdict = Result<Bool, PasswordHasherError>.failure(.storedHashUnreadable)
        let workspace = phrase.withCharacters { phrase, _ in
            SecretBytes(count: Int(CRYPT_DATA_BYTES)) { workspace in
                errno = 0
                if let output = crypt_rn(phrase, hash, workspace.baseAddress, Int32(workspace.count)) {
                    let length = strnlen(output, Int(CRYPT_OUTPUT_SIZE))
                    let characters = UnsafeRawBufferPointer(start: output, count: length)
                    verdict = .success(ConstantTime.equal(Array(characters), Array(hash.utf8)))
                } else if errno == ENOMEM {
                    verdict = .failure(.outOfMemory)
                }
            }
        }
        _ = consume workspace
        return try verdict.get()
    }
}
