import Crypto

/// One question of the range protocol: the first 20 bits of a password's SHA-1 hash go out, a range of hashes comes
/// back, and which of them is meant stays here (k-anonymity).
///
/// https://haveibeenpwned.com/API/v3#PwnedPasswords
package struct LeakedPasswordQuery: Sendable, Redacted {
    private static let prefixDigits = 5

    /// Five hexadecimal digits: all that is asked for.
    package let prefix: String
    private let suffix: [UInt8]

    /// - Parameter password: In NFC.
    init(_ password: String) {
        let digits = Insecure.SHA1.hash(data: Array(password.utf8)).flatMap {
            [Self.digit($0 >> 4), Self.digit($0 & 15)]
        }
        prefix = String(decoding: digits.prefix(Self.prefixDigits), as: UTF8.self)
        suffix = Array(digits.dropFirst(Self.prefixDigits))
    }

    /// Whether the password is in a range: lines of the other 35 digits, a colon, and how often it was seen. Those that
    /// were never seen are padding.
    ///
    /// - Returns: Nil when it is none.
    package func isListed(in range: [UInt8]) -> Bool? {
        var isListed = false
        for line in range.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let parts = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].count == suffix.count, let count = parts.last.flatMap(Self.count) else {
                return nil
            }
            var digits: [UInt8] = []
            for digit in parts[0] {
                guard let upper = Self.upper(digit) else { return nil }
                digits.append(upper)
            }
            if digits == suffix, count > 0 { isListed = true }
        }
        return isListed
    }

    private static func count(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...10).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : UInt8(ascii: "A") + value - 10 }

    private static func upper(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39, UInt8(ascii: "A")...UInt8(ascii: "F"): digit
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - 0x20
        default: nil
        }
    }
}
