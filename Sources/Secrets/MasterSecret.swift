package import Crypto

/// 32 random bytes from which every other long-lived key of a deployment is derived.
///
/// Its text is `tkvm_` and 48 characters of base64url: the bytes and the first 4 bytes of
/// SHA-256("tykva master secret" ‖ bytes), so that a mistyped secret is noticed at once.
package final class MasterSecret: Sendable, Redacted {
    package static let byteCount = 32
    package static let prefix = "tkvm_"
    package static let textCharacters = 53

    private static let checksumBytes = 4
    private let bytes: SecretBytes

    init(bytes: consuming SecretBytes) {
        self.bytes = bytes
    }

    package static func random() -> MasterSecret {
        MasterSecret(bytes: SecretBytes(random: byteCount))
    }

    /// Reads the form that `tykva secret new` prints, and no other.
    package convenience init(text: String) throws(MasterSecretError) {
        var utf8 = Array(text.utf8)
        defer { Sodium.wipe(&utf8) }
        try self.init(utf8: utf8[...])
    }

    convenience init(utf8: ArraySlice<UInt8>) throws(MasterSecretError) {
        self.init(bytes: try Self.decode(utf8))
    }

    /// Derives a key: HKDF-SHA256 without salt, 32 bytes, info = label, a zero byte, the context in UTF-8.
    ///
    /// RFC 5869 §3.3 allows to skip the salt when the input is uniformly random, as it is here.
    package func derive(_ label: KeyLabel, context: String = "") -> SymmetricKey {
        let info = Array(label.text.utf8) + [0] + Array(context.utf8)
        return bytes.withUnsafeBytes { SodiumHash.deriveKey(from: $0, info: info) }
    }

    /// The secret in clear, for the file or the terminal that shall keep it. Never for a log.
    package func revealedText() -> String {
        let payload = SecretBytes(count: Self.byteCount + Self.checksumBytes) { payload in
            bytes.withUnsafeBytes { payload.copyMemory(from: $0) }
            let checksum = Self.checksum(of: UnsafeRawBufferPointer(rebasing: payload[..<Self.byteCount]))
            UnsafeMutableRawBufferPointer(rebasing: payload[Self.byteCount...]).copyBytes(from: checksum)
        }
        return Self.prefix + SecretBase64.encode(payload, .url)
    }

    /// Whether both are the same secret, in constant time.
    package func isSame(as other: MasterSecret) -> Bool {
        bytes == other.bytes
    }

    private static func decode(_ utf8: ArraySlice<UInt8>) throws(MasterSecretError) -> SecretBytes {
        guard utf8.starts(with: prefix.utf8) else { throw .wrongPrefix }
        guard utf8.count == textCharacters else {
            throw .wrongLength(characters: String(decoding: utf8, as: UTF8.self).count)
        }
        let payload = try SecretBytes(count: byteCount + checksumBytes) { (payload) throws(MasterSecretError) in
            let written = SecretBase64.decode(utf8.dropFirst(prefix.utf8.count), .url, into: payload)
            guard written == payload.count else { throw .wrongAlphabet }
            let secret = UnsafeRawBufferPointer(rebasing: payload[..<byteCount])
            guard ConstantTime.equal(checksum(of: secret), payload[byteCount...]) else { throw .wrongChecksum }
        }
        return payload.withUnsafeBytes { SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[..<byteCount])) }
    }

    private static func checksum(of secret: UnsafeRawBufferPointer) -> [UInt8] {
        let hash = Array("tykva master secret".utf8).withUnsafeBytes { SodiumHash.sha256($0, secret) }
        return Array(hash.prefix(checksumBytes))
    }
}
