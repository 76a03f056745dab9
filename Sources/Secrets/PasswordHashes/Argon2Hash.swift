import CSodium

/// A stored Argon2 string, taken apart: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, or the same of Argon2i (RFC 9106).
struct Argon2Hash: Sendable {
    enum Variant: String, Sendable {
        case argon2i
        case argon2id
    }

    /// What a stored string asks of this machine.
    struct Parameters: Equatable {
        let memoryKiB: Int
        let passes: Int
        let lanes: Int

        /// What it costs, in KiB that are filled: time is nearly proportional to it.
        var work: Int { memoryKiB * passes }
    }

    static let ownSaltBytes = 16
    static let ownTagBytes = 32
    /// libsodium's, with the zero byte that ends the string.
    private static let stringCapacity = 128
    private static let saltBytes = 8...48
    private static let tagBytes = 16...64
    /// Of one lane, in KiB (RFC 9106 §3.1).
    private static let laneMemoryKiB = 8

    let text: String
    let variant: Variant
    let parameters: Parameters
    let salt: [UInt8]
    let tag: [UInt8]

    /// Nothing that costs more than another system's hash may; those of our own form, whose cost an operator of ours
    /// has set, may cost what that setting allows.
    init(_ text: String, _ variant: Variant) throws(PasswordHashError) {
        let scheme = Self.scheme(variant)
        guard text.utf8.count < Self.stringCapacity,
            let parts = PHCString(text, saltBytes: Self.saltBytes, tagBytes: Self.tagBytes),
            parts.id == variant.rawValue, parts.version == "v=19", let numbers = parts.numbers("m", "t", "p"),
            numbers[1] >= 1, numbers[2] >= 1, numbers[0] >= Self.laneMemoryKiB * numbers[2]
        else { throw .damaged(scheme) }
        self.text = text
        self.variant = variant
        parameters = Parameters(memoryKiB: numbers[0], passes: numbers[1], lanes: numbers[2])
        salt = parts.salt
        tag = parts.tag
        guard isWithinLimits || (hasOwnForm && isWithinOwnBounds) else { throw .tooDear(scheme) }
    }

    /// A hash of nothing.
    init(decoy parameters: Parameters) {
        text = ""
        variant = .argon2id
        self.parameters = parameters
        salt = SecretBytes(random: Self.ownSaltBytes).withUnsafeBytes { Array($0) }
        tag = SecretBytes(random: Self.ownTagBytes).withUnsafeBytes { Array($0) }
    }

    var scheme: PasswordScheme { Self.scheme(variant) }

    /// Whether another system's hash may cost as much.
    var isWithinLimits: Bool {
        parameters.memoryKiB <= PasswordHashLimits.memoryKiB
            && PasswordHashLimits.argon2Passes.contains(parameters.passes)
            && PasswordHashLimits.argon2Lanes.contains(parameters.lanes)
    }

    /// Whether a new hash would be made in the same way.
    func isMade(at cost: PasswordHashingCost) -> Bool {
        hasOwnForm && parameters == Parameters(memoryKiB: cost.memoryKiB, passes: cost.passes, lanes: 1)
    }

    /// Whether the password is this one.
    func matches(_ password: borrowing SecretBytes) throws(PasswordHasherError) -> Bool {
        precondition(Sodium.isReady)
        guard variant == .argon2id, parameters.lanes == 1, salt.count == Self.ownSaltBytes else {
            return matchesForeign(password)
        }
        var computed = [UInt8](repeating: 0, count: tag.count)
        defer { Sodium.wipe(&computed) }
        let code = password.withCharacters { characters, count in
            crypto_pwhash_argon2id(
                &computed, UInt64(computed.count), characters, UInt64(count), salt, UInt64(parameters.passes),
                parameters.memoryKiB * 1_024, crypto_pwhash_ALG_ARGON2ID13)
        }
        guard code == 0 else { throw .outOfMemory }
        return ConstantTime.equal(computed, tag)
    }

    /// For strings of other programs, with several lanes or another salt. Here libsodium does not tell a lack of
    /// memory from a mismatch, which is why it does not compare our own strings.
    private func matchesForeign(_ password: borrowing SecretBytes) -> Bool {
        let characters = text.utf8.map(CChar.init(bitPattern:))
        let string = characters + [CChar](repeating: 0, count: Self.stringCapacity - characters.count)
        return password.withCharacters { characters, count in
            switch variant {
            case .argon2i: crypto_pwhash_argon2i_str_verify(string, characters, UInt64(count)) == 0
            case .argon2id: crypto_pwhash_argon2id_str_verify(string, characters, UInt64(count)) == 0
            }
        }
    }

    private var hasOwnForm: Bool {
        variant == .argon2id && parameters.lanes == 1 && salt.count == Self.ownSaltBytes
            && tag.count == Self.ownTagBytes
    }

    private var isWithinOwnBounds: Bool {
        parameters.memoryKiB <= PasswordHashingCost.memoryBounds.upperBound
            && parameters.passes <= PasswordHashingCost.passBounds.upperBound
    }

    private static func scheme(_ variant: Variant) -> PasswordScheme {
        switch variant {
        case .argon2i: .argon2i
        case .argon2id: .argon2id
        }
    }
}
