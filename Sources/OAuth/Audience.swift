/// Whom a token is for: the identifiers of one or more services, in order, each once; at most 256 bytes together.
package struct Audience: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 256
    package let services: [ServiceIdentifier]

    /// Nil when there is none, or when they are longer together than 256 bytes.
    package init?(_ services: [ServiceIdentifier]) {
        var unique: [ServiceIdentifier] = []
        for service in services where !unique.contains(service) { unique.append(service) }
        let length = unique.reduce(unique.count - 1) { $0 + $1.text.utf8.count }
        guard !unique.isEmpty, length <= Self.maximumBytes else { return nil }
        self.services = unique
    }

    /// The issuer alone: what a token is for when nothing else was registered.
    package init(_ issuer: Issuer) { services = [ServiceIdentifier(issuer)] }

    package var description: String { services.map(\.text).joined(separator: " ") }
}

/// Names a service: an absolute URI without a fragment (RFC 8707 §2), in printable ASCII.
///
/// At most 127 bytes, so that any one of them fits an audience together with the issuer.
package struct ServiceIdentifier: Identifier {
    package static let maximumBytes = Audience.maximumBytes - 1 - Issuer.maximumBytes
    package let text: String

    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !forbidden.contains($0) }),
            let colon = text.firstIndex(of: ":"), colon != text.startIndex,
            text.index(after: colon) != text.endIndex
        else { return nil }
        let scheme = text[..<colon].utf8
        guard let first = scheme.first, isLetter(first),
            scheme.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0) })
        else { return nil }
        self.text = text
    }

    package init(_ issuer: Issuer) { text = issuer.text }
}

/// What a URI never holds (RFC 3986 §2), and the fragment's sign.
private let forbidden = Array("\"<>\\^`{|}#".utf8)

private func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
