/// The parameters of a form-encoded request, decoded once; a parameter that comes twice is refused (RFC 6749 §3.1).
///
/// An empty value counts as left out, as the same section says.
package struct FormParameters: Sendable {
    package static let maximumCount = 32
    package static let maximumNameBytes = 64
    package static let maximumValueBytes = 4096
    /// Of a value that is a JWT: our longest access tokens, of ML-DSA-65, have 10.5 KiB; an assertion may have 8.
    private static let maximumTokenBytes = [
        "token": 12 * 1024, "access_token": 12 * 1024, "id_token_hint": 12 * 1024, "client_assertion": 8 * 1024,
    ]
    /// The one parameter that may come more than once (RFC 8707 §2).
    private static let repeatable = "resource"

    private var values: [String: String] = [:]
    /// Every `resource`, in order.
    package private(set) var resources: [String] = []
    /// Parameters that came more than once, where the caller tells of them itself; they have no value then.
    package private(set) var repeated: Set<String> = []

    /// - Parameter body: `application/x-www-form-urlencoded` bytes.
    /// - Throws: `invalid_request`.
    package init(_ body: some Sequence<UInt8>) throws(OAuthError) {
        // An array, whatever it comes in: walking one whose type is known is several times as fast.
        try self.init(bytes: [UInt8](body), areRepetitionsKept: false)
    }

    /// The parameters of an authorization request: where a repetition is told depends on which parameter it is.
    ///
    /// - Throws: `invalid_request` for what cannot be decoded, or is too much.
    package init(authorizationRequest text: some Sequence<UInt8>) throws(OAuthError) {
        try self.init(bytes: [UInt8](text), areRepetitionsKept: true)
    }

    private init(bytes body: [UInt8], areRepetitionsKept: Bool) throws(OAuthError) {
        var count = 0
        var seen: Set<String> = []
        for pair in body.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            count += 1
            guard count <= Self.maximumCount else { throw .invalidRequest("too many parameters") }
            let sign = pair.firstIndex(of: UInt8(ascii: "="))
            guard let name = Self.decoded(pair[..<(sign ?? pair.endIndex)]), name.utf8.count <= Self.maximumNameBytes,
                let value = Self.decoded(sign.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...])
            else { throw .invalidRequest("a parameter is malformed", reason: "parameter \(count) does not decode") }
            let maximum = Self.maximumTokenBytes[name] ?? Self.maximumValueBytes
            guard value.utf8.count <= maximum else { throw .invalidRequest("a parameter is too long") }
            guard name == Self.repeatable || seen.insert(name).inserted else {
                if areRepetitionsKept {
                    repeated.insert(name)
                    values[name] = nil
                    continue
                }
                throw .invalidRequest("a parameter is repeated", reason: "parameter \(count) is a repetition")
            }
            guard !value.isEmpty else { continue }
            if name == Self.repeatable { resources.append(value) } else { values[name] = value }
        }
    }

    package subscript(name: String) -> String? { values[name] }

    /// All of them, to be written down again.
    package var pairs: [(String, String)] {
        values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + resources.map { (Self.repeatable, $0) }
    }

    package func required(_ name: StaticString, _ missing: StaticString) throws(OAuthError) -> String {
        guard let value = values[name.description] else { throw .invalidRequest(missing) }
        return value
    }

    /// `+` is a space; `%` takes two hexadecimal digits; the result is UTF-8 without NUL.
    package static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index != bytes.endIndex {
            var byte = bytes[index]
            bytes.formIndex(after: &index)
            if byte == UInt8(ascii: "+") {
                byte = UInt8(ascii: " ")
            } else if byte == UInt8(ascii: "%") {
                guard index != bytes.endIndex, let high = hexadecimal(bytes[index]) else { return nil }
                bytes.formIndex(after: &index)
                guard index != bytes.endIndex, let low = hexadecimal(bytes[index]) else { return nil }
                bytes.formIndex(after: &index)
                byte = high << 4 | low
            }
            guard byte != 0 else { return nil }
            result.append(byte)
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
