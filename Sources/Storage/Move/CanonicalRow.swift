/// Values of a row as bytes that are the same whichever engine they come from: a kind, a length, the value.
enum CanonicalRow {
    private enum Kind: UInt8 {
        case null, text, integer, bytes
    }

    private static let lengthBytes = 8

    static func append(_ values: [SQLValue], to bytes: inout [UInt8]) {
        for value in values {
            switch value {
            case .null: bytes.append(Kind.null.rawValue)
            case .text(let text): append(.text, text.utf8, to: &bytes)
            case .bytes(let octets): append(.bytes, octets, to: &bytes)
            case .integer(let integer):
                bytes.append(Kind.integer.rawValue)
                append(UInt64(bitPattern: integer), to: &bytes)
            }
        }
    }

    static func encode(_ values: [SQLValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        append(values, to: &bytes)
        return bytes
    }

    /// - Throws: `corrupt` for what `encode` has not made of a key, in which nothing is null.
    static func decode(key bytes: [UInt8]) throws(StorageError) -> [SQLValue] {
        var values: [SQLValue] = []
        var rest = bytes[...]
        while let first = rest.popFirst() {
            guard let kind = Kind(rawValue: first), kind != .null, rest.count >= lengthBytes else { throw broken }
            let number = rest.prefix(lengthBytes).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            rest = rest.dropFirst(lengthBytes)
            if kind == .integer {
                values.append(.integer(Int64(bitPattern: number)))
                continue
            }
            guard let length = Int(exactly: number), length <= rest.count else { throw broken }
            let octets = rest.prefix(length)
            rest = rest.dropFirst(length)
            guard kind == .text else {
                values.append(.bytes(Array(octets)))
                continue
            }
            guard let text = String(validating: octets, as: UTF8.self) else { throw broken }
            values.append(.text(text))
        }
        return values
    }

    private static func append(_ kind: Kind, _ octets: some Collection<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(kind.rawValue)
        append(UInt64(octets.count), to: &bytes)
        bytes.append(contentsOf: octets)
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private static let broken = StorageError.corrupt(reason: "table move_progress holds no key")
}
