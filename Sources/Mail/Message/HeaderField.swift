import Foundation

/// One field of a message's header with its end of line, in ASCII, folded (RFC 5322 §2.2).
///
/// Texts of people go through `text` and `mailbox` only: both take any text and write one field.
enum HeaderField {
    /// RFC 5322 §2.1.1 wishes for 78 columns, RFC 2047 §2 demands 76 where encoded words are.
    private static let columns = 76
    private static let encodedStart = "=?UTF-8?B?"
    private static let encodedEnd = "?="

    /// A field of the program's own words.
    static func plain(_ name: StaticString, _ value: String) -> [UInt8] { Array("\(name): \(value)\r\n".utf8) }

    /// A field of unstructured text: as it is when it is short ASCII, else in encoded words.
    static func text(_ name: StaticString, _ text: String) -> [UInt8] {
        let line = MailText.line(text, maximumBytes: .max)
        let field = "\(name): "
        guard !isPlain(line) || field.utf8.count + line.utf8.count > columns else { return plain(name, line) }
        return Array("\(field)\(encodedWords(line, after: field.utf8.count))\r\n".utf8)
    }

    /// A field with one mailbox: a quoted string or encoded words before the address, which may have a line of its own.
    static func mailbox(_ name: StaticString, _ mailbox: Mailbox) -> [UInt8] {
        guard !mailbox.name.isEmpty else { return plain(name, "\(mailbox.address)") }
        let field = "\(name): "
        let quoted = "\"\(mailbox.name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        let isQuotable = isPlain(mailbox.name) && field.utf8.count + quoted.utf8.count <= columns
        let phrase = isQuotable ? quoted : encodedWords(mailbox.name, after: field.utf8.count)
        let lastLine = (field + phrase).utf8.split(separator: 0x0A).last?.count ?? 0
        let address = "<\(mailbox.address)>"
        let separator = lastLine + 1 + address.utf8.count <= columns ? " " : "\r\n "
        return Array("\(field)\(phrase)\(separator)\(address)\r\n".utf8)
    }

    /// Whether a text may stand in a header as it is: printable ASCII that nobody takes for an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
    }

    /// RFC 2047 §2 and §5: words of whole characters, a line each.
    private static func encodedWords(_ text: String, after column: Int) -> String {
        var words: [String] = []
        var word: [UInt8] = []
        func room() -> Int {
            let used = (words.isEmpty ? column : 1) + encodedStart.utf8.count + encodedEnd.utf8.count
            return (columns - used) / 4 * 3
        }
        func end() {
            words.append(encodedStart + Data(word).base64EncodedString() + encodedEnd)
            word = []
        }
        for scalar in text.unicodeScalars {
            if word.count + scalar.utf8.count > room() { end() }
            word += scalar.utf8
        }
        if !word.isEmpty { end() }
        return words.joined(separator: "\r\n ")
    }
}
