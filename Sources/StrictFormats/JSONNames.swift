/// The names seen so far in one object, to refuse a second member of the same name.
///
/// RFC 8259 §4 leaves duplicates open, and parsers differ in which one they take: RFC 7515 §4 and RFC 7519 §4 let a
/// reader refuse them, and so does this one. Names are compared as bytes, escapes resolved.
struct JSONNames {
    private var names: [JSONText] = []
    private var set: Set<[UInt8]> = []

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
        for seen in names where seen.equals(name, in: bytes) { return false }
        names.append(name)
        return true
    }
}
