import CSodium

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Argon2id (RFC 9106) through libsodium; blocking, and with the cost of a whole hash.
enum Argon2id {
    /// What a stored string asks of this machine.
    struct Parameters: Equatable {
        let memoryKiB: Int
        let passes: Int
        let lanes: Int
    }

    private static let maximumLanes = 16
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

    /// Whether the password is the stored one. Takes only strings that `parameters(of:)` could read.
    static func matches(_ password: borrowing SecretBytes, _ hash: PasswordHash) throws(PasswordHasherError) -> Bool {
        precondition(Sodium.isReady)
        let string = buffer(of: hash)
        // libsodium answers -1 for a wrong password and for trouble; only the former sets EINVAL.
        let (code, error) = withCharacters(of: password) { characters, count in
            errno = 0
            let code = crypto_pwhash_argon2id_str_verify(string, characters, UInt64(count))
            return (code, errno)
        }
        if code == 0 { return true }
        guard error == EINVAL else { throw .outOfMemory }
        return false
    }

    /// Reads `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, and nothing that would cost more than the dearest allowed cost.
    static func parameters(of hash: PasswordHash) -> Parameters? {
        guard hash.stored.utf8.count < stringCapacity else { return nil }
        let parts = hash.stored.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3,
            let lanes = number(costs[2], after: "p=", in: 1...maximumLanes),
            let memory = number(costs[0], after: "m=", in: 8 * lanes...PasswordHashingCost.memoryBounds.upperBound),
            let passes = number(costs[1], after: "t=", in: 1...PasswordHashingCost.passBounds.upperBound),
            saltBytes.contains(decodedCount(parts[4])), tagBytes.contains(decodedCount(parts[5]))
        else { return nil }
        return Parameters(memoryKiB: memory, passes: passes, lanes: lanes)
    }

    /// A well-formed string that no password matches; to verify against it costs what a hash of this cost does.
    static func decoy(cost: PasswordHashingCost) -> PasswordHash {
        let salt = SecretBase64.encode(SecretBytes(random: 16), .standard)
        let tag = SecretBase64.encode(SecretBytes(random: 32), .standard)
        return PasswordHash(stored: "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.passes),p=1$\(salt)$\(tag)")
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

    private static func decodedCount(_ text: String) -> Int {
        var bytes = [UInt8](repeating: 0, count: stringCapacity)
        defer { Sodium.wipe(&bytes) }
        return bytes.withUnsafeMutableBytes { SecretBase64.decode(text.utf8, .standard, into: $0) } ?? 0
    }

    private static func buffer(of hash: PasswordHash) -> [CChar] {
        let characters = hash.stored.utf8.prefix(stringCapacity - 1).map(CChar.init(bitPattern:))
        return characters + [CChar](repeating: 0, count: stringCapacity - characters.count)
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
