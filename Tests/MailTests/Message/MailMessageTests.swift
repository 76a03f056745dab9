import Foundation
import OAuth
import Testing

@testable import Mail

@Suite struct MailMessageTests {
    static let hostile = [
        "Anna\r\nBcc: evil@example.com\r\n\r\nbody", "\n.\nQUIT", "\u{2028}To: x", "a\u{85}b\u{0B}c\u{0C}d\0e",
        "\u{202E}moc.elpmaxe\u{2066}", "<script>alert(1)</script>", "\" <evil@example.com>, \"", "\\\"",
        "=?UTF-8?B?QmNjOg==?=", "=?utf-8?q?a?=", "--=_tykva_alternative--",
        "Я\u{0301}🎃" + String(repeating: "ё", count: 100),
        String(repeating: "x", count: 10_000), String(repeating: "ж", count: 5_000),
        String(repeating: "a ", count: 5_000),
        String(repeating: "\u{0301}", count: 5_000), "", " ", "\t", String(repeating: "\r\n", count: 5_000),
    ]

    @Test func `a message has the header that it must have`() throws {
        #expect(
            try MailMessage.test().header == [
                "Date: Tue, 24 Nov 2026 07:40:00 +0000", "From: \"Tykva\" <noreply@auth.example>",
                "To: anna@example.com",
                "Message-ID: <e_1@auth.example>", "Subject: Hello", "Auto-Submitted: auto-generated",
                "Content-Language: en", "MIME-Version: 1.0",
                "Content-Type: multipart/alternative; boundary=\"=_tykva_alternative\"",
            ])
    }

    @Test func `both bodies are there, the text first`() throws {
        #expect(
            Array(try MailMessage.test(text: "Hello\n", html: "<p>Привет</p>").lines.dropFirst(9)) == [
                "", "--=_tykva_alternative", "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable", "", "Hello", "", "--=_tykva_alternative",
                "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: base64", "",
                "PHA+0J/RgNC40LLQtdGCPC9wPg0K", "", "--=_tykva_alternative--", "",
            ])
    }

    @Test(arguments: hostile)
    func `no text from outside begins a header, ends a part or ends the message`(_ text: String) throws {
        let message = try MailMessage.test(name: text, subject: text, text: text, html: text)
        let bytes = message.bytes
        // In ASCII, without a line end that is not CRLF, and no line too long.
        #expect(bytes.allSatisfy { $0 < 0x80 && $0 != 0 })
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A { #expect(index > 0 && bytes[index - 1] == 0x0D) }
            if byte == 0x0D { #expect(index + 1 < bytes.count && bytes[index + 1] == 0x0A) }
        }
        #expect(message.lines.allSatisfy { $0.utf8.count <= 78 && !$0.hasPrefix(".") })
        let names = message.header.filter { !$0.hasPrefix(" ") }.map { String($0.prefix { $0 != ":" }) }
        #expect(
            names == [
                "Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted", "Content-Language", "MIME-Version",
                "Content-Type",
            ])
        #expect(message.lines.count { $0.hasPrefix("--=_tykva_alternative") } == 3)
        // A folded line that is blank would end the header for some readers.
        #expect(message.header.allSatisfy { $0.contains { $0 != " " } })
    }

    @Test(arguments: [
        ("Привет", "Subject: =?UTF-8?B?0J/RgNC40LLQtdGC?="), ("Hello =?x?=", "Subject: =?UTF-8?B?SGVsbG8gPT94Pz0=?="),
        ("Hello, \"Anna\" <b>", "Subject: Hello, \"Anna\" <b>"), ("", "Subject: "),
    ])
    func `a subject is as it is where it can be`(_ subject: String, _ field: String) throws {
        #expect(try MailMessage.test(subject: subject).header[4] == field)
    }

    @Test(arguments: [
        ("", "From: noreply@auth.example"), ("A \"B\" \\ C", "From: \"A \\\"B\\\" \\\\ C\" <noreply@auth.example>"),
        ("Тыква", "From: =?UTF-8?B?0KLRi9C60LLQsA==?= <noreply@auth.example>"),
    ])
    func `a sender's name is quoted or encoded`(_ name: String, _ field: String) throws {
        #expect(try MailMessage.test(name: name).header[1] == field)
    }

    @Test func `a body that is too long is refused, and so is a language that is none`() throws {
        let long = String(repeating: "x", count: MailMessage.maximumBodyBytes + 1)
        #expect(throws: InvalidValue.self) { try MailMessage.test(text: long) }
        #expect(throws: InvalidValue.self) { try MailMessage.test(html: long) }
        for language in ["", "e", "en\r\nBcc: x", "en us", String(repeating: "a", count: 36)] {
            #expect(throws: InvalidValue.self) { try MailMessage.test(language: language) }
        }
    }

    @Test(arguments: ["", "a b", "a\r\nb", "a>b", "a..b", "ж", String(repeating: "a", count: 65)])
    func `a message id is of safe characters`(_ left: String) {
        #expect(throws: InvalidValue.self) { try MailMessageID(left, domain: "auth.example") }
        #expect(throws: InvalidValue.self) { try MailMessageID("e_1", domain: left + "!") }
    }
}
