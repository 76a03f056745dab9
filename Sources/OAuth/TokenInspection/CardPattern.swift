/// Finds what looks like the number of a payment card: 13 to 19 digits whose last is right (ISO/IEC 7812-1, Luhn).
///
/// The first digit is 2 to 6, as with all the large schemes: identifiers and times in milliseconds often begin with 1,
/// and every tenth of them has a right last digit by chance.
enum CardPattern {
    private static let lengths = 13...19
    private static let firstDigits: ClosedRange<UInt8> = 2...6
    /// Only one scheme, with a leading 4, ever had numbers as short.
    private static let shortest = 13
    /// How the digits are grouped when they are: 4-4-4-4, 4-6-5, 4-4-4-4-3.
    private static let maximumGroups = 5
    private static let firstGroup = 4
    private static let maximumGroup = 6

    /// Whether all of the text is one.
    static func isOne(_ text: String) -> Bool {
        let digits = Array(text.utf8)
        return digits.allSatisfy(isDigit) && isOne(digits[...])
    }

    /// Whether one stands in the text, its digits perhaps in groups, and no letter or further digit beside it.
    static func occurs(in text: String) -> Bool {
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            var groups: [ArraySlice<UInt8>] = []
            while let group = group(at: index, of: bytes) {
                groups.append(group)
                index = group.endIndex
                guard index < bytes.count, isSeparator(bytes[index]) else { break }
                index += 1
            }
            if groups.contains(where: isOne) || isAnySpanOne(groups) { return true }
            if groups.isEmpty { index += 1 }
        }
        return false
    }

    /// The digits that begin here, unless a letter stands on either side.
    private static func group(at index: Int, of bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let digits = bytes[index...].prefix(while: isDigit)
        guard !digits.isEmpty, index == 0 || !isWordByte(bytes[index - 1]),
            digits.endIndex == bytes.count || !isWordByte(bytes[digits.endIndex])
        else { return nil }
        return digits
    }

    private static func isAnySpanOne(_ groups: [ArraySlice<UInt8>]) -> Bool {
        groups.indices.contains { start in
            guard groups[start].count == firstGroup else { return false }
            var digits = Array(groups[start])
            for group in groups[(start + 1)...].prefix(maximumGroups - 1) {
                guard group.count <= maximumGroup else { return false }
                digits += group
                if isOne(digits[...]) { return true }
            }
            return false
        }
    }

    private static func isOne(_ digits: ArraySlice<UInt8>) -> Bool {
        guard lengths.contains(digits.count), let first = digits.first, firstDigits.contains(first - 0x30),
            digits.count > shortest || first == UInt8(ascii: "4")
        else { return false }
        var sum = 0
        for (position, digit) in digits.reversed().enumerated() {
            let value = Int(digit - 0x30) * (position % 2 == 0 ? 1 : 2)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), 0x80...:
            true
        default: isDigit(byte)
        }
    }
}
