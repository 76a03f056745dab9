/// A bcrypt hash as crypt(5) writes it: `$2b$12$`, 22 characters of salt, 31 of the hash.
///
/// `$2a$` and `$2y$` are the same by other names; `$2x$`, made by a faulty program, is refused. Only the first 72 bytes
/// of a password count.
struct BcryptHash: Sendable {
    let text: String

    init(_ text: String) throws(PasswordHashError) {
        let characters = Array(text.utf8)
        guard characters.count == 60, characters[0] == UInt8(ascii: "$"), characters[1] == UInt8(ascii: "2"),
            "aby".utf8.contains(characters[2]), characters[3] == UInt8(ascii: "$"),
            characters[6] == UInt8(ascii: "$"), let cost = Self.twoDigits(characters[4], characters[5]),
            characters[7...].allSatisfy(CryptAlphabet.contains),
            // Bits that belong to no byte of the salt: libcrypt would write them as zero, and never find its own.
            CryptAlphabet.bcryptValue(characters[28]) & 0x0F == 0
        else { throw .damaged(.bcrypt) }
        guard cost <= PasswordHashLimits.bcryptCost.upperBound else { throw .tooDear(.bcrypt) }
        guard cost >= PasswordHashLimits.bcryptCost.lowerBound else { throw .damaged(.bcrypt) }
        self.text = text
    }

    private static func twoDigits(_ tens: UInt8, _ ones: UInt8) -> Int? {
        guard (0x30...0x39).contains(tens), (0x30...0x39).contains(ones) else { return nil }
        return Int(tens - 0x30) * 10 + Int(ones - 0x30)
    }
}
