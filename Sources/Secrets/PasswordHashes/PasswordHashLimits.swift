/// What verifying a hash of another system may cost. A file from elsewhere decides it, and then anybody who tries a
/// password: 128 MiB of memory and about a second of one core, at most.
package enum PasswordHashLimits {
    /// Of a hash in any spelling.
    package static let textBytes = 512
    static let saltBytes = 1...64
    /// Less would be guessed; longer ones are Keycloak's.
    static let tagBytes = 16...64

    /// Of Argon2 and of scrypt, whose lanes and blocks beside it are small.
    static let memoryKiB = 131_072
    static let argon2Passes = 1...10
    static let argon2Lanes = 1...16

    /// The binary logarithm of the rounds: 14 is about a second.
    static let bcryptCost = 4...14

    /// Rounds times blocks of the hash function's length in the tag.
    static let pbkdf2SHA1Rounds = 1...6_000_000
    static let pbkdf2SHA256Rounds = 1...3_000_000
    static let pbkdf2SHA512Rounds = 1...1_500_000

    /// The cost N is two to the power of this; libcrypt takes no N of 2.
    static let scryptLogN = 2...20
    static let scryptBlockSize = 1...64
    static let scryptParallelism = 1...64
    /// N times block size times parallelism.
    static let scryptWork = 2_097_152

    /// Those of crypt(5), whose lower bound is its own. A round of a long password takes longer.
    static let shaCryptRounds = 1_000...1_000_000

    /// The bounds of a scheme, for a sentence.
    static func text(_ scheme: PasswordScheme) -> String {
        switch scheme {
        case .argon2i, .argon2id:
            "at most \(memoryKiB) KiB, \(argon2Passes.upperBound) passes and \(argon2Lanes.upperBound) lanes"
        case .bcrypt: "the cost may be \(bcryptCost.upperBound) at most"
        case .pbkdf2:
            "at most \(pbkdf2SHA1Rounds.upperBound) rounds of SHA-1, \(pbkdf2SHA256Rounds.upperBound) of SHA-256 or "
                + "\(pbkdf2SHA512Rounds.upperBound) of SHA-512, for each block of the hash"
        case .scrypt: "at most \(memoryKiB) KiB, and N times r times p at most \(scryptWork)"
        case .shaCrypt: "at most \(shaCryptRounds.upperBound) rounds"
        }
    }
}
