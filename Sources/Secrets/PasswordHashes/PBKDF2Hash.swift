import Crypto
import CryptoExtras
import Foundation

/// A PBKDF2 hash (RFC 8018 §5.2), as text `$pbkdf2-sha256$i=600000,l=32$salt$tag`.
struct PBKDF2Hash: Sendable {
    /// The hash function of the HMAC, by the name that the text has.
    enum Digest: String, Sendable, CaseIterable {
        case sha1 = "pbkdf2-sha1"
        case sha256 = "pbkdf2-sha256"
        case sha512 = "pbkdf2-sha512"
    }

    let digest: Digest
    let rounds: Int
    let salt: [UInt8]
    let tag: [UInt8]

    init(digest: Digest, rounds: Int, salt: [UInt8], tag: [UInt8]) throws(PasswordHashError) {
        guard PasswordHashLimits.saltBytes.contains(salt.count), PasswordHashLimits.tagBytes.contains(tag.count),
            rounds >= digest.rounds.lowerBound
        else { throw .damaged(.pbkdf2) }
        let blocks = (tag.count + digest.bytes - 1) / digest.bytes
        guard rounds <= digest.rounds.upperBound / blocks else { throw .tooDear(.pbkdf2) }
        self.digest = digest
        self.rounds = rounds
        self.salt = salt
        self.tag = tag
    }

    init(_ text: String) throws(PasswordHashError) {
        let bounds = (PasswordHashLimits.saltBytes, PasswordHashLimits.tagBytes)
        guard let parts = PHCString(text, saltBytes: bounds.0, tagBytes: bounds.1),
            let digest = Digest(rawValue: String(parts.id)), parts.version == nil,
            let numbers = parts.numbers("i", "l"), numbers[1] == parts.tag.count
        else { throw .damaged(.pbkdf2) }
        try self.init(digest: digest, rounds: numbers[0], salt: parts.salt, tag: parts.tag)
    }

    var text: String {
        PHCString.text(digest.rawValue, [("i", rounds), ("l", tag.count)], salt: salt, tag: tag)
    }

    func matches(_ password: borrowing SecretBytes) throws(PasswordHasherError) -> Bool {
        let key = password.withUnsafeBytes { password in
            // An empty key of HMAC is the same as a zero byte (RFC 2104 §2), and BoringSSL wants an address.
            password.isEmpty ? derived([0] as [UInt8]) : derived(password)
        }
        guard let key else { throw .outOfMemory }
        return key.withUnsafeBytes { key in tag.withUnsafeBytes { ConstantTime.equal(key, $0) } }
    }

    /// Nil only when there is no memory: everything else was checked.
    private func derived(_ password: some DataProtocol) -> SymmetricKey? {
        try? KDF.Insecure.PBKDF2.deriveKey(
            from: password, salt: salt, using: digest.function, outputByteCount: tag.count,
            unsafeUncheckedRounds: rounds)
    }
}

extension PBKDF2Hash.Digest {
    fileprivate var function: KDF.Insecure.PBKDF2.HashFunction {
        switch self {
        case .sha1: .insecureSHA1
        case .sha256: .sha256
        case .sha512: .sha512
        }
    }

    /// Of one block.
    fileprivate var bytes: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }

    fileprivate var rounds: ClosedRange<Int> {
        switch self {
        case .sha1: PasswordHashLimits.pbkdf2SHA1Rounds
        case .sha256: PasswordHashLimits.pbkdf2SHA256Rounds
        case .sha512: PasswordHashLimits.pbkdf2SHA512Rounds
        }
    }
}
