/// A scrypt hash as libcrypt and libsodium write it: `$7$`, one character for the logarithm of N, five for the block
/// size, five for the parallelism, the salt, `$` and 43 characters of the hash (crypt(5)).
struct CryptScryptHash: Sendable {
    /// `$7$`, and the three numbers.
    private static let headCharacters = 14
    private static let saltCharacters = 1...86
    private static let hashCharacters = 43

    let text: String

    init(_ text: String) throws(PasswordHashError) {
        let characters = Array(text.utf8)
        guard characters.count > Self.headCharacters, characters.count <= PasswordHashLimits.textBytes,
            characters.starts(with: "$7$".utf8), CryptAlphabet.contains(characters[3]),
            let blockSize = CryptAlphabet.number(characters[4..<9]),
            let parallelism = CryptAlphabet.number(characters[9..<14])
        else { throw .damaged(.scrypt) }
        let parts = characters[Self.headCharacters...].split(
            separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 2, Self.saltCharacters.contains(parts[0].count),
            parts[0].allSatisfy(CryptAlphabet.contains), parts[1].count == Self.hashCharacters,
            parts[1].allSatisfy(CryptAlphabet.contains)
        else { throw .damaged(.scrypt) }
        _ = try ScryptCost(
            logN: CryptAlphabet.value(characters[3]), blockSize: blockSize, parallelism: parallelism)
        self.text = text
    }
}
