/// Recognises a phone number: international (E.164: a plus sign and 8 to 15 digits), or of the North American form.
enum PhonePattern {
    private static let digitCounts = 8...15
    private static let marks = Set(" -.()/".utf8)
    private static let maximumBytes = 40

    static func isOne(_ text: String) -> Bool {
        var bytes = Array(text.utf8.prefix(maximumBytes + 1))
        guard bytes.count <= maximumBytes else { return false }
        if bytes.starts(with: "tel:".utf8) { bytes.removeFirst(4) }
        guard bytes.first == UInt8(ascii: "+") else { return isNorthAmerican(bytes) }
        let digits = bytes.dropFirst().filter { !marks.contains($0) }
        return digits.allSatisfy(isDigit) && digitCounts.contains(digits.count)
    }

    /// `(555) 123-4567`, `555-123-4567`, `555.123.4567`.
    private static func isNorthAmerican(_ bytes: [UInt8]) -> Bool {
        let groups = bytes.split { marks.contains($0) }
        return groups.map(\.count) == [3, 3, 4] && groups.joined().allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
