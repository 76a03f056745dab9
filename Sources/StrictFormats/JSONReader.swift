/// Builds the value of a JSON text in one pass.
struct JSONReader {
    private let limits: JSONLimits
    private var scanner: JSONScanner

    /// Begins at `position`, which lies within the text.
    init(limits: JSONLimits, position: Int = 0) {
        self.limits = limits
        self.scanner = JSONScanner(position: position)
    }

    /// The one value of the whole text.
    static func document(_ bytes: Span<UInt8>, limits: JSONLimits) throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.bytes else { throw JSONError(.tooLong, at: limits.bytes) }
        var reader = JSONReader(limits: limits)
        let value = try reader.value(bytes, depth: 0)
        try reader.scanner.expectEnd(bytes)
        return value
    }

    /// The value that begins at the position.
    mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> JSONValue {
        switch try scanner.peek(bytes) {
        case UInt8(ascii: "\""):
            return .string(try scanner.string(bytes).string(in: bytes))
        case UInt8(ascii: "{"):
            return .object(try object(bytes, depth: depth + 1))
        case UInt8(ascii: "["):
            return .array(try array(bytes, depth: depth + 1))
        case UInt8(ascii: "t"):
            try scanner.literal("true", bytes)
            return .bool(true)
        case UInt8(ascii: "f"):
            try scanner.literal("false", bytes)
            return .bool(false)
        case UInt8(ascii: "n"):
            try scanner.literal("null", bytes)
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let (range, isInteger) = try scanner.number(bytes)
            return try JSONNumber.value(bytes, range, isInteger: isInteger)
        default:
            throw JSONError(.unexpectedByte, at: scanner.position)
        }
    }

    private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> JSONObject {
        guard depth <= limits.depth else { throw JSONError(.tooDeep, at: scanner.position) }
        scanner.position += 1
        var object = JSONObject()
        if try scanner.peek(bytes) == UInt8(ascii: "}") {
            scanner.position += 1
            return object
        }
        var names = JSONNames()
        repeat {
            let name = try scanner.string(bytes)
            guard object.count < limits.members else { throw JSONError(.tooManyMembers, at: Int(name.start)) }
            guard names.insert(name, in: bytes) else { throw JSONError(.duplicateMember, at: Int(name.start)) }
            try scanner.expect(UInt8(ascii: ":"), bytes)
            object.append(name.string(in: bytes), try value(bytes, depth: depth))
        } while try scanner.expectComma(or: UInt8(ascii: "}"), bytes)
        return object
    }

    private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= limits.depth else { throw JSONError(.tooDeep, at: scanner.position) }
        scanner.position += 1
        var values: [JSONValue] = []
        if try scanner.peek(bytes) == UInt8(ascii: "]") {
            scanner.position += 1
            return values
        }
        repeat {
            values.append(try value(bytes, depth: depth))
        } while try scanner.expectComma(or: UInt8(ascii: "]"), bytes)
        return values
    }
}

extension JSONValue {
    /// Reads a whole text as one value.
    package init(parsing bytes: Span<UInt8>, limits: JSONLimits) throws(JSONError) {
        self = try JSONReader.document(bytes, limits: limits)
    }

    /// Reads a whole text as one value.
    package init(parsing bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        self = try JSONReader.document(bytes.span, limits: limits)
    }

    /// Reads a whole text as one value.
    package init(parsing text: some StringProtocol, limits: JSONLimits) throws(JSONError) {
        self = try JSONReader.document(Array(text.utf8).span, limits: limits)
    }
}
