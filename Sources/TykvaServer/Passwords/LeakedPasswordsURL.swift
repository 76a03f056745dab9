package import OAuth

/// Where ranges of leaked passwords' hashes are asked for: an address, and five hexadecimal digits behind it.
package struct LeakedPasswordsURL: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 512
    package let text: String

    /// - Throws: For anything but https, or http on a loopback host.
    package init(_ text: String) throws(InvalidValue) {
        func invalid(_ reason: String) -> InvalidValue { InvalidValue("leaked passwords' URL", reason) }
        guard text.utf8.count <= Self.maximumBytes else {
            throw invalid("it is longer than \(Self.maximumBytes) bytes")
        }
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}?#@".utf8.contains($0) }
        guard isPlain, (try? OutgoingURL(text)) != nil else {
            throw invalid(
                "it must be an https URL without user and query, such as https://api.pwnedpasswords.com/range")
        }
        self.text = text.hasSuffix("/") ? text : text + "/"
    }

    package var description: String { text }

    func range(_ prefix: String) -> String { text + prefix }
}
