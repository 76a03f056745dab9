import CSodium

/// Argon2id (RFC 9106) through libsodium; blocking, and with the cost of a whole hash.
enum Argon2id {
    /// What a stored string asks of this machine.
    struct Parameters: Equatable {
        let memoryKiB: Int
        let passes: Int
        let lanes: Int

        /// What it costs, in KiB that are filled: time is nearly proportional to it.
        var work: Int { memoryKiB * passes }
    }

    /// A stored string, taken apart.
    struct Stored {
        let text: String
        let parameters: Parameters
        let salt: [UInt8]
        let tag: [UInt8]
    }

    private static let maximumLanes = 16
    /// Of one lane (RFC 9106 §3.1).
    private static let smallestMemoryKiB = 8
    private static let ownSaltBytes = 16
    private static let ownTagBytes = 32
    private static let saltBytes = 8...48
    private static let tagBytes = 16...64
    /// With the zero byte that ends it.
    private static let stringCapacity = 128

    static func hash(
        _ password: borrowing SecretBytes, cost: PasswordHashingCost
    ) throws(PasswordHasherError) -> PasswordHash {
        precondition(Sodium.isReady)
        var string = [CChar](repeating: 0, count: stringCapacity)
        let code = withCharacters(of: password) { characters, count in
            crypto_pwhash_argon2id_str(
                &string, characters, UInt64(count), UInt64(cost.passes), cost.memoryKiB * 1_024)
        }
        guard code == 0 else { throw .outOfMemory }
        let text = string.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return PasswordHash(stored: String(decoding: text, as: UTF8.self))
    }

    /// Whether the password is the stored one. Takes only strings that `stored(_:)` could read.
    static func matches(_ password: borrowing SecretBytes, _ stored: Stored) throws(PasswordHasherError) -> Bool {
        precondition(Sodium.isReady)
        guard stored.parameters.lanes == 1, stored.salt.count == ownSaltBytes else {
            return matchesForeign(password, stored)
        }
        var tag = [UInt8](repeating: 0, count: stored.tag.count)
        defer { Sodium.wipe(&tag) }
        let code = withCharacters(of: password) { characters, count in
            crypto_pwhash_argon2id(
                &tag, UInt64(tag.count), characters, UInt64(count), stored.salt, UInt64(stored.parameters.passes),
                stored.parameters.memoryKiB * 1_024, crypto_pwhash_ALG_ARGON2ID13)
        }
        guard code == 0 else { throw .outOfMemory }
        return ConstantTime.equal(tag, stored.tag)
    }

    /// For strings of other programs, with several lanes or another salt. Here libsodium does not tell a lack of
    /// memory from a mismatch, which is why it does not compare our own strings.
    private static func matchesForeign(_ password: borrowing SecretBytes, _ stored: Stored) -> Bool {
        let characters = stored.text.utf8.map(CChar.init(bitPattern:))
        let string = characters + [CChar](repeating: 0, count: stringCapacity - characters.count)
        return withCharacters(of: password) { characters, count in
            crypto_pwhash_argon2id_str_verify(string, characters, UInt64(count)) == 0
        }
    }

    /// Reads `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, and nothing that costs more than the dearest allowed cost.
    static func stored(_ hash: PasswordHash) -> Stored? {
        let text = hash.stored
        guard text.utf8.count < stringCapacity, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3,
            let lanes = number(costs[2], after: "p=", in: 1...maximumLanes),
            let memory = number(costs[0], after: "m=", in: 8 * lanes...PasswordHashingCost.memoryBounds.upperBound),
            let passes = number(costs[1], after: "t=", in: 1...PasswordHashingCost.passBounds.upperBound),
            let salt = decoded(parts[4], in: saltBytes), let tag = decoded(parts[5], in: tagBytes)
        else { return nil }
        let parameters = Parameters(memoryKiB: memory, passes: passes, lanes: lanes)
        return Stored(text: text, parameters: parameters, salt: salt, tag: tag)
    }

    /// What no password matches; to compare with it costs what a comparison with a hash of this cost does.
    static func decoy(cost: PasswordHashingCost) -> Stored {
        decoy(Parameters(memoryKiB: cost.memoryKiB, passes: cost.passes, lanes: 1))
    }

    /// A decoy of so much work, in as much memory as the cost has at most; nil when there is nothing to do.
    static func decoy(costing work: Int, within cost: PasswordHashingCost) -> Stored? {
        guard work > 0 else { return nil }
        let passes = (work + cost.memoryKiB - 1) / cost.memoryKiB
        let parameters = Parameters(memoryKiB: max(work / passes, smallestMemoryKiB), passes: passes, lanes: 1)
        return decoy(parameters)
    }

    private static func decoy(_ parameters: Parameters) -> Stored {
        let salt = SecretBytes(random: ownSaltBytes).withUnsafeBytes { Array($0) }
        let tag = SecretBytes(random: ownTagBytes).withUnsafeBytes { Array($0) }
        return Stored(text: "", parameters: parameters, salt: salt, tag: tag)
    }

    private static func number(_ text: Substring, after name: String, in bounds: ClosedRange<Int>) -> Int? {
        guard text.hasPrefix(name) else { return nil }
        let digits = text.dropFirst(name.count)
        // libsodium refuses signs and leading zeros too.
        guard (1...7).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.first != "0", let value = Int(digits), bounds.contains(value)
        else { return nil }
        return value
    }

    private static func decoded(_ text: Substring, in counts: ClosedRange<Int>) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: stringCapacity)
        defer { Sodium.wipe(&bytes) }
        guard let count = bytes.withUnsafeMutableBytes({ SecretBase64.decode(text.utf8, .standard, into: $0) }),
            counts.contains(count)
        else { return nil }
        return Array(bytes[..<count])
    }

    private static func withCharacters<Value>(
        of password: borrowing SecretBytes, _ body: (UnsafePointer<CChar>, Int) -> Value
    ) -> Value {
        password.withUnsafeBytes { bytes in
            guard let start = bytes.bindMemory(to: CChar.self).baseAddress else { return body([0], 0) }
            return body(start, bytes.count)
        }
    }
}
