import CSodium

/// What Tykva makes of passwords: Argon2id (RFC 9106) with one lane through libsodium; blocking, and with the cost of
/// a whole hash.
enum Argon2id {
    /// Of one lane (RFC 9106 §3.1).
    private static let smallestMemoryKiB = 8
    /// With the zero byte that ends it.
    private static let stringCapacity = 128

    static func hash(
        _ password: borrowing SecretBytes, cost: PasswordHashingCost
    ) throws(PasswordHasherError) -> PasswordHash {
        precondition(Sodium.isReady)
        var string = [CChar](repeating: 0, count: stringCapacity)
        let code = password.withCharacters { characters, count in
            crypto_pwhash_argon2id_str(
                &string, characters, UInt64(count), UInt64(cost.passes), cost.memoryKiB * 1_024)
        }
        guard code == 0 else { throw .outOfMemory }
        let text = string.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return PasswordHash(stored: String(decoding: text, as: UTF8.self))
    }

    /// What no password matches; to compare with it costs what a comparison with a hash of this cost does.
    static func decoy(cost: PasswordHashingCost) -> Argon2Hash {
        Argon2Hash(decoy: .init(memoryKiB: cost.memoryKiB, passes: cost.passes, lanes: 1))
    }

    /// A decoy of so much work, in as much memory as the cost has at most; nil when there is nothing to do.
    static func decoy(costing work: Int, within cost: PasswordHashingCost) -> Argon2Hash? {
        guard work > 0 else { return nil }
        let passes = (work + cost.memoryKiB - 1) / cost.memoryKiB
        return Argon2Hash(
            decoy: .init(memoryKiB: max(work / passes, smallestMemoryKiB), passes: passes, lanes: 1))
    }
}

extension SecretBytes {
    /// Lends the bytes as C's characters; there is an address also when there are none.
    borrowing func withCharacters<Value: ~Copyable>(_ body: (UnsafePointer<CChar>, Int) -> Value) -> Value {
        withUnsafeBytes { bytes in
            guard let start = bytes.bindMemory(to: CChar.self).baseAddress else { return body([0], 0) }
            return body(start, bytes.count)
        }
    }
}
