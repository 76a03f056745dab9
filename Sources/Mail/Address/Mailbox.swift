/// An address with the name that people are shown for it (RFC 5322 §3.4).
package struct Mailbox: Hashable, Sendable {
    package static let maximumNameBytes = 256

    /// One line without control characters; empty for an address alone.
    package let name: String
    package let address: MailAddress

    /// - Parameter name: Any text: what could forge a header or turn a line is taken out, and the rest cut.
    package init(name: String, address: MailAddress) {
        self.name = MailText.line(name, maximumBytes: Self.maximumNameBytes)
        self.address = address
    }
}
