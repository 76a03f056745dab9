/// Where a string stands in a JSON text, without its quotes. The bytes there are known to be a valid string.
package struct JSONText: Hashable, Sendable {
    package let start: Int32
    package let end: Int32

    /// Whether the bytes are the string's own UTF-8: it has no escapes.
    package let isPlain: Bool

    var range: Range<Int> { Int(start)..<Int(end) }

    /// The string's UTF-8, escapes resolved.
    func utf8(in bytes: Span<UInt8>) -> [UInt8] {
        isPlain ? copy(of: bytes) : unescaped(bytes)
    }

    /// The string.
    func string(in bytes: Span<UInt8>) -> String {
        guard isPlain else { return String(decoding: unescaped(bytes), as: UTF8.self) }
        return bytes.withUnsafeBufferPointer { String(decoding: $0[range], as: UTF8.self) }
    }

    /// Whether the string has exactly these bytes; no Unicode equivalence makes two names the same.
    func equals(_ other: UnsafeBufferPointer<UInt8>, in bytes: Span<UInt8>) -> Bool {
        guard isPlain else { return unescaped(bytes).elementsEqual(other) }
        guard Int(end - start) == other.count else { return false }
        var index = 0
        while index < other.count {
            guard bytes[Int(start) + index] == other[index] else { return false }
            index += 1
        }
        return true
    }

    /// Whether two strings of the same text have the same bytes.
    func equals(_ other: JSONText, in bytes: Span<UInt8>) -> Bool {
        guard isPlain && other.isPlain else { return utf8(in: bytes) == other.utf8(in: bytes) }
        guard end - start == other.end - other.start else { return false }
        var index = Int(start)
        var otherIndex = Int(other.start)
        while index < Int(end) {
            guard bytes[index] == bytes[otherIndex] else { return false }
            index += 1
            otherIndex += 1
        }
        return true
    }

    private func copy(of bytes: Span<UInt8>) -> [UInt8] {
        bytes.withUnsafeBufferPointer { Array($0[range]) }
    }

    /// RFC 8259 §7, on a string that the scanner has found valid.
    private func unescaped(_ bytes: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                let (scalar, length) = Self.escapedScalar(bytes, at: index)
                result.append(contentsOf: Array(String(scalar).utf8))
                index += length
                continue
            case let itself: result.append(itself)
            }
            index += 2
        }
        return result
    }

    /// The scalar of one `\uXXXX` or of a pair of them, and how many bytes it takes.
    private static func escapedScalar(_ bytes: Span<UInt8>, at index: Int) -> (Unicode.Scalar, Int) {
        let unit = UTF16.CodeUnit(hex(bytes, at: index + 2))
        guard UTF16.isLeadSurrogate(unit) else { return (Unicode.Scalar(unit) ?? "\u{FFFD}", 6) }
        let low = hex(bytes, at: index + 8)
        return (Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}", 12)
    }

    private static func hex(_ bytes: Span<UInt8>, at index: Int) -> UInt32 {
        var value: UInt32 = 0
        for offset in 0..<4 { value = value << 4 | UInt32(JSONScanner.hexValue(bytes[index + offset]) ?? 0) }
        return value
    }
}
