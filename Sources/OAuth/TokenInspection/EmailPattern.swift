/// Finds what looks like an e-mail address: a name, `@`, and a domain with a dot and a top level of letters.
enum EmailPattern {
    private static let nameMarks = Array(".!#$%&'*+/=?^_`{|}~-".utf8)

    static func occurs(in text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.contains { index in
            bytes[index] == UInt8(ascii: "@") && index > 0 && isNameByte(bytes[index - 1])
                && isDomain(bytes[(index + 1)...])
        }
    }

    /// Whether the text begins with a domain.
    private static func isDomain(_ text: ArraySlice<UInt8>) -> Bool {
        let domain = text.prefix { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        // A full stop may end the sentence.
        let end = domain.lastIndex { $0 != UInt8(ascii: ".") } ?? domain.startIndex
        let labels = domain[..<min(end + 1, domain.endIndex)]
            .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty }), let top = labels.last else { return false }
        return top.count >= 2 && top.allSatisfy { isLetterOrDigit($0) && !(0x30...0x39).contains($0) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || (nameMarks.contains(byte) && byte != UInt8(ascii: "/"))
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...:
            true
        default: false
        }
    }
}
