import CSodium

/// A scrypt hash (RFC 7914) in the PHC string format: `$scrypt$ln=14,r=8,p=1$salt$tag`.
struct ScryptHash: Sendable {
    private static let id = "scrypt"

    let cost: ScryptCost
    let salt: [UInt8]
    let tag: [UInt8]

    init(cost: ScryptCost, salt: [UInt8], tag: [UInt8]) throws(PasswordHashError) {
        guard PasswordHashLimits.saltBytes.contains(salt.count), PasswordHashLimits.tagBytes.contains(tag.count) else {
            throw .damaged(.scrypt)
        }
        self.cost = cost
        self.salt = salt
        self.tag = tag
    }

    init(_ text: String) throws(PasswordHashError) {
        let bounds = (PasswordHashLimits.saltBytes, PasswordHashLimits.tagBytes)
        guard let parts = PHCString(text, saltBytes: bounds.0, tagBytes: bounds.1), parts.id == Self.id,
            parts.version == nil, let numbers = parts.numbers("ln", "r", "p")
        else { throw .damaged(.scrypt) }
        let cost = try ScryptCost(logN: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
        try self.init(cost: cost, salt: parts.salt, tag: parts.tag)
    }

    var text: String {
        let numbers = [("ln", cost.logN), ("r", cost.blockSize), ("p", cost.parallelism)]
        return PHCString.text(Self.id, numbers, salt: salt, tag: tag)
    }

    func matches(_ password: borrowing SecretBytes) throws(PasswordHasherError) -> Bool {
        precondition(Sodium.isReady)
        var computed = [UInt8](repeating: 0, count: tag.count)
        defer { Sodium.wipe(&computed) }
        let code = password.withCharacters { characters, count in
            characters.withMemoryRebound(to: UInt8.self, capacity: max(count, 1)) { bytes in
                crypto_pwhash_scryptsalsa208sha256_ll(
                    bytes, count, salt, salt.count, UInt64(1) << UInt64(cost.logN), UInt32(cost.blockSize),
                    UInt32(cost.parallelism), &computed, computed.count)
            }
        }
        // The cost is within bounds, so nothing else can be missing.
        guard code == 0 else { throw .outOfMemory }
        return ConstantTime.equal(computed, tag)
    }
}
