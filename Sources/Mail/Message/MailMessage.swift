package import OAuth

/// A message to one person, as text and as HTML: what it says, and its bytes by RFC 5322 and RFC 2045.
///
/// Whatever the texts hold, they stay in their place: none can begin a header, end a part or end the message.
package struct MailMessage: Sendable {
    package static let maximumSubjectBytes = 512
    /// Of the text, and of the HTML.
    package static let maximumBodyBytes = 262_144

    package let id: MailMessageID
    package let date: Milliseconds
    package let sender: Mailbox
    package let recipient: MailAddress
    package let subject: String
    package let language: String
    private let text: [UInt8]
    private let html: [UInt8]

    /// - Parameters:
    ///   - id: The same for each repetition of a message.
    ///   - date: When what it tells was written, not when it is sent.
    ///   - subject: Any text; it becomes one line without control characters, and what is longer is cut.
    ///   - text: Plain text; any ends of lines.
    ///   - html: A whole document. Names in it are escaped by whoever writes it.
    ///   - language: The tag of both bodies' language, such as `en` (RFC 3282).
    /// - Throws: When a body is longer than `maximumBodyBytes`, or the language is no tag.
    package init(
        id: MailMessageID, date: Milliseconds, from sender: Mailbox, to recipient: MailAddress, subject: String,
        text: String, html: String, language: String
    ) throws(InvalidValue) {
        guard text.utf8.count <= Self.maximumBodyBytes, html.utf8.count <= Self.maximumBodyBytes else {
            throw InvalidValue("message", "a body is longer than \(Self.maximumBodyBytes) bytes")
        }
        guard Self.isLanguageTag(language) else {
            throw InvalidValue("message", "its language is no language tag")
        }
        self.id = id
        self.date = date
        self.sender = sender
        self.recipient = recipient
        self.subject = MailText.line(subject, maximumBytes: Self.maximumSubjectBytes)
        self.language = language
        self.text = MailText.body(text)
        self.html = MailText.body(html)
    }

    /// The whole message, as it is sent: ASCII, each line ended by CRLF and at most 76 columns wide where the texts
    /// of people are. No line begins with a dot.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes += HeaderField.plain("Date", MailDate.text(date))
        bytes += HeaderField.mailbox("From", sender)
        bytes += HeaderField.plain("To", "\(recipient)")
        bytes += HeaderField.plain("Message-ID", "\(id)")
        bytes += HeaderField.text("Subject", subject)
        // RFC 3834 §5: nobody's absence notes answer.
        bytes += HeaderField.plain("Auto-Submitted", "auto-generated")
        bytes += HeaderField.plain("Content-Language", language)
        bytes += HeaderField.plain("MIME-Version", "1.0")
        bytes += HeaderField.plain("Content-Type", "multipart/alternative; boundary=\"\(Self.boundary)\"")
        bytes += Self.part("text/plain", text)
        bytes += Self.part("text/html", html)
        bytes += Array("\r\n--\(Self.boundary)--\r\n".utf8)
        return bytes
    }

    /// Neither quoted-printable nor base64 ever holds `=_` (RFC 2045 §6.7), so no part can hold it.
    private static let boundary = "=_tykva_alternative"

    private static func part(_ type: StaticString, _ body: [UInt8]) -> [UInt8] {
        let encoding = TransferEncoding(fitting: body)
        return Array("\r\n--\(boundary)\r\n".utf8) + HeaderField.plain("Content-Type", "\(type); charset=utf-8")
            + HeaderField.plain("Content-Transfer-Encoding", encoding.rawValue) + [0x0D, 0x0A] + encoding.encode(body)
    }

    private static func isLanguageTag(_ text: String) -> Bool {
        (2...35).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
