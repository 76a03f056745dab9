/// Walks over a JSON text token by token, to the letter of RFC 8259, and builds nothing.
///
/// The text is passed with each call, for the scanner outlives no one's buffer. It reads each byte once.
/// https://www.rfc-editor.org/rfc/rfc8259.html
struct JSONScanner {
    var position = 0

    /// The next byte that is not white space (RFC 8259 §2).
    mutating func peek(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case let byte: return byte
            }
        }
        throw JSONError(.ended, at: position)
    }

    /// Steps over one punctuation mark.
    mutating func expect(_ mark: UInt8, _ bytes: Span<UInt8>) throws(JSONError) {
        guard try peek(bytes) == mark else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
    }

    /// Steps over a comma and answers true, or over the closing mark and answers false.
    mutating func expectComma(or close: UInt8, _ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        let byte = try peek(bytes)
        guard byte == UInt8(ascii: ",") || byte == close else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
        return byte != close
    }

    /// Makes sure that only white space follows.
    mutating func expectEnd(_ bytes: Span<UInt8>) throws(JSONError) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: throw JSONError(.trailingBytes, at: position)
            }
        }
    }

    /// Steps over `true`, `false` or `null`.
    mutating func literal(_ word: StaticString, _ bytes: Span<UInt8>) throws(JSONError) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw JSONError(.ended, at: position) }
            guard bytes[position] == word.utf8Start[offset] else { throw JSONError(.unexpectedByte, at: position) }
            position += 1
        }
    }

    /// Steps over a string and tells where it stands (RFC 8259 §7).
    mutating func string(_ bytes: Span<UInt8>) throws(JSONError) -> JSONText {
        try expect(UInt8(ascii: "\""), bytes)
        let start = position
        var isPlain = true
        while true {
            position = Self.endOfRun(bytes, from: position)
            guard position < bytes.count else { break }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return JSONText(start: Int32(start), end: Int32(position - 1), isPlain: isPlain)
            } else if byte == UInt8(ascii: "\\") {
                isPlain = false
                try escape(bytes)
            } else if byte < 0x20 {
                throw JSONError(.controlCharacter, at: position)
            } else {
                try multiByteScalar(bytes)
            }
        }
        throw JSONError(.ended, at: position)
    }

    /// The first byte from `start` on that is not a plain ASCII character of a string, or the end.
    private static func endOfRun(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        let raw = bytes.bytes
        while index + 8 <= bytes.count {
            // Eight bytes at once: the high bit of each lane says that the byte there ends the run.
            let lanes = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quote = lanes ^ (ones &* 0x22)
            let backslash = lanes ^ (ones &* 0x5C)
            let found = ((quote &- ones) | (backslash &- ones) | (lanes &- ones &* 0x20) | lanes) & (ones << 7)
            // A borrow can mark a lane too many, but only above a true one: the lowest mark is exact.
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            // One comparison finds the controls and all beyond ASCII.
            guard byte &- 0x20 < 0x60, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
            index += 1
        }
        return index
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// Steps over a number (RFC 8259 §6) and tells whether it has neither fraction nor exponent.
    mutating func number(_ bytes: Span<UInt8>) throws(JSONError) -> (range: Range<Int>, isInteger: Bool) {
        let start = position
        var isInteger = true
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits(bytes)
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits(bytes)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits(bytes)
        }
        return (start..<position, isInteger)
    }

    /// Steps over one or more digits.
    private mutating func digits(_ bytes: Span<UInt8>) throws(JSONError) {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > start else {
            throw JSONError(position < bytes.count ? .unexpectedByte : .ended, at: position)
        }
    }

    /// Steps over one escape, or over the two of a surrogate pair.
    private mutating func escape(_ bytes: Span<UInt8>) throws(JSONError) {
        guard position + 1 < bytes.count else { throw JSONError(.ended, at: bytes.count) }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            let start = position
            let unit = try codeUnit(bytes)
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u"), try codeUnit(bytes) & 0xFC00 == 0xDC00
            else { throw JSONError(.loneSurrogate, at: start) }
        default:
            throw JSONError(.invalidEscape, at: position)
        }
    }

    /// Steps over `\uXXXX`.
    private mutating func codeUnit(_ bytes: Span<UInt8>) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for index in position + 2..<position + 6 {
            guard index < bytes.count else { throw JSONError(.ended, at: bytes.count) }
            guard let digit = Self.hexValue(bytes[index]) else { throw JSONError(.invalidEscape, at: index) }
            unit = unit << 4 | UInt16(digit)
        }
        position += 6
        return unit
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Steps over one scalar of two to four bytes, by the table of well-formed sequences in RFC 3629 §4.
    private mutating func multiByteScalar(_ bytes: Span<UInt8>) throws(JSONError) {
        let (length, second): (Int, ClosedRange<UInt8>)
        switch bytes[position] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw JSONError(.invalidUTF8, at: position)
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else {
            throw JSONError(.invalidUTF8, at: position)
        }
        for index in position + 2..<position + length where bytes[index] & 0xC0 != 0x80 {
            throw JSONError(.invalidUTF8, at: position)
        }
        position += length
    }
}
