import Testing

@testable import Mail

@Suite struct MailTextTests {
    @Test(arguments: [
        ("Anna", "Anna"), ("  Anna \t Berg\n", "Anna Berg"), ("Anna\r\nBcc: x@y", "Anna Bcc: x@y"),
        ("Anna\u{2028}Berg\u{2029}\u{85}\u{0B}x", "Anna Berg x"), ("a\0b\u{1B}[31m", "a b [31m"),
        ("moc.elpmaxe\u{202E}\u{2066}\u{200F}\u{061C}x", "moc.elpmaxex"), ("\u{FEFF}a\u{FFFF}", "a"), ("", ""),
        (" \r\n ", ""), ("Анна 🎃 👩‍👩‍👧", "Анна 🎃 👩‍👩‍👧"), ("<b>\"&\\", "<b>\"&\\"),
    ])
    func `a line is one, and nothing turns it`(_ text: String, _ line: String) {
        #expect(MailText.line(text, maximumBytes: 100) == line)
    }

    @Test func `what is too long is cut between characters`() {
        #expect(MailText.line("abcdef", maximumBytes: 6) == "abcdef")
        #expect(MailText.line("abcdefg", maximumBytes: 6) == "abc…")
        #expect(MailText.line("ббббб", maximumBytes: 9) == "ббб…")
        #expect(MailText.line("a bbbbbbbb", maximumBytes: 6) == "a b…")
        #expect(MailText.line(String(repeating: "x ", count: 5000), maximumBytes: 256).utf8.count <= 256)
    }

    @Test(arguments: [
        ("a", "a\r\n"), ("a\nb", "a\r\nb\r\n"), ("a\r\nb\rc\n\n", "a\r\nb\r\nc\r\n\r\n"), ("", ""), ("\n", "\r\n"),
        ("a\u{2028}b\u{85}c", "a\r\nb\r\nc\r\n"), ("a\tb\0\u{1B}\u{8}c", "a\tbc\r\n"), ("\r\r\n\n", "\r\n\r\n\r\n"),
    ])
    func `a body's lines end as they must`(_ text: String, _ body: String) {
        #expect(String(decoding: MailText.body(text), as: UTF8.self) == body)
    }

    @Test func `what a server says is quoted`() {
        #expect(
            MailText.quoted("no\u{1B}[1m \u{200B}x\u{E000}".utf8, maximumCharacters: 100)
                == "no [1m \\u{200b}x\\u{e000}")
        #expect(MailText.quoted([0x6E, 0xFF, 0x6F], maximumCharacters: 100) == "n\u{FFFD}o")
        #expect(MailText.quoted("abcdef".utf8, maximumCharacters: 3) == "abc…")
    }
}
