/// One object of JSON, checked whole and indexed by member, whose values are built when somebody asks for them.
///
/// Checking a token looks at a few claims and builds none of the others, so that reading the JSON costs little beside
/// the signature. What is refused is exactly what `JSONValue` refuses.
package struct JSONMembers: Sendable {
    package enum Kind: Sendable, Hashable {
        case null, bool, integer, number, string, array, object

        /// An array that holds strings and nothing else, the empty one included.
        case stringArray
    }

    private struct Entry {
        let name: JSONText
        let value: JSONText
        let kind: Kind
    }

    /// The text that was read.
    package let bytes: [UInt8]
    private let entries: [Entry]

    package init(parsing bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        self.bytes = bytes
        self.entries = try Self.index(bytes.span, limits: limits)
    }

    package var names: [String] { entries.map { $0.name.string(in: bytes.span) } }

    /// What kind of value a member has, or nil when there is none.
    package func kind(_ name: String) -> Kind? {
        entry(name)?.kind
    }

    package func string(_ name: String) -> String? {
        guard let entry = entry(name), entry.kind == .string else { return nil }
        return entry.value.string(in: bytes.span)
    }

    /// Whether a member is a string of exactly these bytes.
    package func string(_ name: String, equals expected: String) -> Bool {
        guard let entry = entry(name), entry.kind == .string else { return false }
        var expected = expected
        return expected.withUTF8 { entry.value.equals($0, in: bytes.span) }
    }

    /// The value of either kind of number.
    package func double(_ name: String) -> Double? {
        guard let entry = entry(name) else { return nil }
        switch entry.kind {
        case .integer: return JSONNumber.integer(bytes.span, entry.value.range).map(Double.init)
        case .number: return try? JSONNumber.double(bytes.span, entry.value.range)
        default: return nil
        }
    }

    package func integer(_ name: String) -> Int64? {
        guard let entry = entry(name), entry.kind == .integer else { return nil }
        return JSONNumber.integer(bytes.span, entry.value.range)
    }

    /// The value of a member, built now.
    package func value(_ name: String) -> JSONValue? {
        guard let entry = entry(name) else { return nil }
        if entry.kind == .string { return .string(entry.value.string(in: bytes.span)) }
        // The text was checked within its limits when it was indexed, so that reading it again cannot fail.
        let limits = JSONLimits(bytes: bytes.count, depth: 128, members: .max)
        var reader = JSONReader(limits: limits, position: Int(entry.value.start))
        return try? reader.value(bytes.span, depth: 0)
    }

    private func entry(_ name: String) -> Entry? {
        var name = name
        return name.withUTF8 { name in
            for entry in entries where entry.name.equals(name, in: bytes.span) { return entry }
            return nil
        }
    }
}

extension JSONMembers {
    private static func index(_ bytes: Span<UInt8>, limits: JSONLimits) throws(JSONError) -> [Entry] {
        guard bytes.count <= limits.bytes else { throw JSONError(.tooLong, at: limits.bytes) }
        var scanner = JSONScanner()
        guard try scanner.peek(bytes) == UInt8(ascii: "{") else { throw JSONError(.notAnObject, at: scanner.position) }
        var entries: [Entry] = []
        entries.reserveCapacity(20)
        try members(bytes, &scanner, limits, depth: 1) { entries.append($0) }
        try scanner.expectEnd(bytes)
        return entries
    }

    /// Steps over an object and hands out its members.
    private static func members(
        _ bytes: Span<UInt8>, _ scanner: inout JSONScanner, _ limits: JSONLimits, depth: Int,
        each: (Entry) -> Void
    ) throws(JSONError) {
        guard depth <= limits.depth else { throw JSONError(.tooDeep, at: scanner.position) }
        scanner.position += 1
        if try scanner.peek(bytes) == UInt8(ascii: "}") {
            scanner.position += 1
            return
        }
        var names = JSONNames()
        var count = 0
        repeat {
            let name = try scanner.string(bytes)
            count += 1
            guard count <= limits.members else { throw JSONError(.tooManyMembers, at: Int(name.start)) }
            guard names.insert(name, in: bytes) else { throw JSONError(.duplicateMember, at: Int(name.start)) }
            try scanner.expect(UInt8(ascii: ":"), bytes)
            let (value, kind) = try value(bytes, &scanner, limits, depth: depth)
            each(Entry(name: name, value: value, kind: kind))
        } while try scanner.expectComma(or: UInt8(ascii: "}"), bytes)
    }

    /// Steps over any value and tells where it stands and what it is.
    private static func value(
        _ bytes: Span<UInt8>, _ scanner: inout JSONScanner, _ limits: JSONLimits, depth: Int
    ) throws(JSONError) -> (JSONText, Kind) {
        let first = try scanner.peek(bytes)
        let start = scanner.position
        let kind: Kind
        switch first {
        case UInt8(ascii: "\""):
            return (try scanner.string(bytes), .string)
        case UInt8(ascii: "{"):
            kind = .object
            try members(bytes, &scanner, limits, depth: depth + 1) { _ in }
        case UInt8(ascii: "["):
            kind = try elements(bytes, &scanner, limits, depth: depth + 1)
        case UInt8(ascii: "t"):
            kind = .bool
            try scanner.literal("true", bytes)
        case UInt8(ascii: "f"):
            kind = .bool
            try scanner.literal("false", bytes)
        case UInt8(ascii: "n"):
            kind = .null
            try scanner.literal("null", bytes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            kind = try number(bytes, &scanner)
        default:
            throw JSONError(.unexpectedByte, at: start)
        }
        return (JSONText(start: Int32(start), end: Int32(scanner.position), isPlain: true), kind)
    }

    private static func elements(
        _ bytes: Span<UInt8>, _ scanner: inout JSONScanner, _ limits: JSONLimits, depth: Int
    ) throws(JSONError) -> Kind {
        guard depth <= limits.depth else { throw JSONError(.tooDeep, at: scanner.position) }
        scanner.position += 1
        if try scanner.peek(bytes) == UInt8(ascii: "]") {
            scanner.position += 1
            return .stringArray
        }
        var holdsStringsOnly = true
        repeat {
            if try value(bytes, &scanner, limits, depth: depth).1 != .string { holdsStringsOnly = false }
        } while try scanner.expectComma(or: UInt8(ascii: "]"), bytes)
        return holdsStringsOnly ? .stringArray : .array
    }

    private static func number(_ bytes: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONError) -> Kind {
        let (range, isInteger) = try scanner.number(bytes)
        if isInteger, JSONNumber.integer(bytes, range) != nil { return .integer }
        _ = try JSONNumber.double(bytes, range)
        return .number
    }
}
