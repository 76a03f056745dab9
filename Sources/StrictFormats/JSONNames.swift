/// The names seen so far in one object, to refuse a second member of the same name.
///
/// RFC 8259 §4 leaves duplicates open, and parsers differ in which one they take: RFC 7515 §4 and RFC 7519 §4 let a
/// reader refuse them, and so does this one. Names are compared as bytes, escapes resolved.
struct JSONNames {
    private var names: [JSONText] = []
    private var set: Set<[UInt8]> = []

    /// A bit for each class of names seen, so that a name of a class not yet seen is new without another look.
    private var classes: UInt64 = 0

    /// Up to here comparing with each name is faster than hashing.
    private static let linear = 24

    /// Adds a name; false when it is there already.
    mutating func insert(_ name: JSONText, in bytes: Span<UInt8>) -> Bool {
        if names.count == Self.linear {
            if set.isEmpty {
                for seen in names { set.insert(seen.utf8(in: bytes)) }
            }
            return set.insert(name.utf8(in: bytes)).inserted
        }
        let bit = Self.bit(of: name, in: bytes)
        if classes & bit != 0 {
            for seen in names where seen.equals(name, in: bytes) { return false }
        }
        classes |= bit
        names.append(name)
        return true
    }

    /// One bit from length, first and last byte; all bits for a name with escapes, whose bytes are not its own.
    private static func bit(of name: JSONText, in bytes: Span<UInt8>) -> UInt64 {
        guard name.isPlain else { return .max }
        guard name.start < name.end else { return 1 }
        let first = UInt64(bytes[Int(name.start)])
        let last = UInt64(bytes[Int(name.end) - 1])
        return 1 << ((first &* 7 &+ last &* 3 &+ UInt64(name.end - name.start)) & 63)
    }
}
