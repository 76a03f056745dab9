/// What the server answered to a command (RFC 5321 §4.2): its code, and its words for an operator's eyes.
package struct SMTPReply: Hashable, Sendable, CustomStringConvertible {
    package static let maximumCharacters = 200

    /// 200 … 599.
    package let code: Int
    /// One line, bounded, with everything written out that could turn it.
    package let text: String

    package var isTemporary: Bool { code / 100 == 4 }
    package var isPermanent: Bool { code / 100 == 5 }

    package var description: String { text.isEmpty ? "\(code)" : "\(code) \(text)" }
}
