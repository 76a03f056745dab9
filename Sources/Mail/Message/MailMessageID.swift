package import OAuth

/// Names one message for ever (RFC 5322 §3.6.4): who gets it twice sees that it is one.
package struct MailMessageID: Hashable, Sendable, CustomStringConvertible {
    private static let maximumLeftBytes = 64

    package let left: String
    package let domain: String

    /// - Parameters:
    ///   - left: What is unique in the domain, such as an event's id: 1…64 letters, digits, `-`, `_` and inner dots.
    ///   - domain: The sender's own.
    package init(_ left: String, domain: String) throws(InvalidValue) {
        guard (1...Self.maximumLeftBytes).contains(left.utf8.count),
            left.utf8.allSatisfy({
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }), let address = try? MailAddress("\(left)@\(domain)")
        else { throw InvalidValue("message id", "it must be letters, digits, - and _, and a domain") }
        self.left = left
        self.domain = address.domain
    }

    /// With its angle brackets.
    package var description: String { "<\(left)@\(domain)>" }
}
