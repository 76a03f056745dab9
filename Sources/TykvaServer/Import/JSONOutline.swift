/// Follows the structure of a JSON text byte by byte and keeps nothing of it but what is open: so a document of any
/// length can be taken apart. What lies between is not checked; that is for who reads a part.
struct JSONOutline {
    /// A bracket that closes another one or none, or something outside of all.
    struct Broken: Error {}

    private static let maximumDepth = 128
    private static let maximumNameBytes = 64

    /// The brackets that are open.
    private(set) var open: [UInt8] = []
    /// The member of the outermost object whose value is being read.
    private(set) var member: String?
    private(set) var isInString = false
    private var isEscaped = false
    /// The last string directly in the outermost object, while it may still be a name.
    private var name: [UInt8] = []

    var depth: Int { open.count }

    mutating func take(_ byte: UInt8) throws(Broken) {
        if isInString { return takeInString(byte) }
        guard depth > 0 || "{[ \t\r\n".utf8.contains(byte) else { throw Broken() }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            name = []
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < Self.maximumDepth else { throw Broken() }
            open.append(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            // In ASCII each closing bracket is two behind its opening one.
            guard open.popLast() == byte - 2 else { throw Broken() }
            if depth == 0 { member = nil }
        case UInt8(ascii: ":") where isOutermost:
            member = String(validating: name, as: UTF8.self)
        case UInt8(ascii: ",") where isOutermost:
            member = nil
        default: break
        }
    }

    private var isOutermost: Bool { open == [UInt8(ascii: "{")] }

    private mutating func takeInString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            return
        }
        if depth == 1, name.count < Self.maximumNameBytes { name.append(byte) }
    }
}
