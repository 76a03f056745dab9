import Crypto
import StrictFormats

/// The SHA-256 of a random value; what the database keeps of a one-time value, and the key of its row.
///
/// Only values of 256 random bits are kept so: what people choose is hashed by `PasswordHasher`.
package struct TokenHash: Sendable, Hashable {
    package static let byteCount = 32

    private static let base64URLCharacters = 43

    // Words instead of an array: hashes are compared and kept in great numbers, and this needs no allocation.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Hashes the value's bytes.
    package init(of value: some Collection<UInt8>) {
        var hash = SHA256()
        let isDone: Void? = value.withContiguousStorageIfAvailable {
            hash.update(bufferPointer: UnsafeRawBufferPointer($0))
        }
        if isDone == nil { hash.update(data: Array(value)) }
        self.words = hash.finalize().withUnsafeBytes(Self.words)
    }

    /// Hashes the value's text in UTF-8.
    package init(of text: String) {
        self.init(of: text.utf8)
    }

    /// A hash as it was stored: exactly 32 bytes, or nil.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.words = Array(bytes).withUnsafeBytes(Self.words)
    }

    /// A hash as `hex` writes it: 64 lower-case digits, or nil.
    package init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.hexValue(digits[index]), let low = Self.hexValue(digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.init(bytes: bytes)
    }

    /// A hash as `base64URL` writes it: 43 characters, or nil.
    package init?(base64URL: String) {
        guard base64URL.utf8.count == Self.base64URLCharacters, let bytes = Base64URL.decode(base64URL) else {
            return nil
        }
        self.init(bytes: bytes)
    }

    package var bytes: [UInt8] {
        withUnsafeBytes(of: words) { Array($0) }
    }

    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    package var base64URL: String { Base64URL.encode(bytes) }

    /// In constant time.
    package static func == (left: TokenHash, right: TokenHash) -> Bool {
        (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
            | (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3) == 0
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        let words = (0..<4).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
        return (words[0], words[1], words[2], words[3])
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
