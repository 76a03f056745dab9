package import OAuth

/// The address of one mailbox that mail can be sent to or from: `name@domain` in ASCII.
///
/// RFC 5321 §4.1.2: the part before the `@` is a Dot-string. Quoted ones, address literals and addresses in UTF-8
/// (RFC 6531) are refused: hardly anybody has them, and many servers take none of them.
package struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    /// RFC 5321 §4.5.3.1: a path has 256 bytes, two of which are its angle brackets.
    package static let maximumBytes = 254
    private static let maximumLocalBytes = 64
    private static let maximumLabelBytes = 63

    package let localPart: String
    /// In lower case.
    package let domain: String

    /// - Throws: A sentence that says what is wrong, without the address.
    package init(_ text: String) throws(InvalidValue) {
        func invalid(_ reason: String) -> InvalidValue { InvalidValue("mail address", reason) }
        guard (1...Self.maximumBytes).contains(text.utf8.count) else {
            throw invalid("it must have 1 to \(Self.maximumBytes) bytes")
        }
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            throw invalid("it does not have the form name@domain")
        }
        let (local, domain) = (text[..<at], text[text.utf8.index(after: at)...])
        guard local.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw invalid(
                "the part before the @ is not in ASCII, and mail to such addresses (RFC 6531) is not supported")
        }
        guard domain.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw invalid("the domain must be written in its ASCII form, which begins with xn--")
        }
        guard local.utf8.count <= Self.maximumLocalBytes else {
            throw invalid("the part before the @ has more than \(Self.maximumLocalBytes) bytes")
        }
        guard Self.isDotString(local.utf8) else {
            throw invalid("the part before the @ may hold letters, digits, !#$%&'*+-/=?^_`{|}~ and single dots inside")
        }
        guard Self.isDomain(domain.utf8) else { throw invalid("what follows the @ is not a domain") }
        localPart = String(local)
        self.domain = domain.lowercased()
    }

    package var description: String { "\(localPart)@\(domain)" }

    private static let atomSymbols = Set("!#$%&'*+-/=?^_`{|}~".utf8)

    /// RFC 5321 §4.1.2, with the atext of RFC 5322 §3.2.3.
    private static func isDotString(_ text: Substring.UTF8View) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy { isLetterOrDigit($0) || atomSymbols.contains($0) } }
    }

    private static func isDomain(_ text: Substring.UTF8View) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...maximumLabelBytes).contains(label.count) && label.first != UInt8(ascii: "-")
                && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
