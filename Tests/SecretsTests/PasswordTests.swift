import Testing

@testable import Secrets

@Suite struct PasswordTests {
    @Test func `fifteen characters are enough, fourteen are not`() throws {
        _ = try Password(String(repeating: "a", count: 15))
        expect(String(repeating: "a", count: 14), .tooShort)
        expect("", .tooShort)
        // Each is one character of four scalars or more: what a person sees is counted.
        let family = "👩‍👩‍👧"
        _ = try Password(String(repeating: family, count: 15))
        expect(String(repeating: family, count: 14), .tooShort)
        expect("a" + String(repeating: "\u{301}", count: 40), .tooShort)
    }

    @Test func `256 scalars are taken, one more is refused`() throws {
        _ = try Password(String(repeating: "a", count: 256))
        expect(String(repeating: "a", count: 257), .tooLong)
        // The most bytes that 256 scalars can have.
        let widest = try Password(String(repeating: "😀", count: 256))
        #expect(widest.utf8.count == Password.maximumBytes)
        expect(String(repeating: "😀", count: 257), .tooLong)
        expect(String(repeating: "a", count: 5_000_000), .tooLong)
    }

    @Test func `the length is judged after normalisation`() throws {
        // 256 decomposed letters are 512 scalars as typed and 256 in NFC.
        _ = try Password(String(repeating: "e\u{301}", count: 256))
        expect(String(repeating: "e\u{301}", count: 257), .tooLong)
        // U+0958 grows in NFC: it becomes two scalars.
        _ = try Password(String(repeating: "\u{958}", count: 128))
        expect(String(repeating: "\u{958}", count: 129), .tooLong)
    }

    @Test func `every way to type a letter gives the same bytes`() throws {
        let forms = ["Crème brûlée à la Å", "Cre\u{300}me bru\u{302}le\u{301}e a\u{300} la \u{212B}"]
        let passwords = try forms.map { try Password($0) }
        let isSame = passwords[0].utf8 == passwords[1].utf8
        #expect(isSame)
        let presented = PresentedPassword(forms[1])
        let isSameAsPresented = passwords[0].utf8 == presented.utf8
        #expect(isSameAsPresented)
        // Compatibility forms stay different: NFC, not NFKC.
        let ligatured = try Password("ﬁfteen characters")
        let isSameAsPlain = ligatured.utf8 == SecretBytes(copying: "fifteen characters".utf8)
        #expect(!isSameAsPlain)
    }

    @Test(arguments: ["\0", "\n", "\t", "\r", "\u{1B}", "\u{7F}", "\u{85}", "\u{9F}"])
    func `a control character anywhere is refused`(_ control: String) {
        expect("fifteen letters" + control, .controlCharacter)
        expect(control + "fifteen letters", .controlCharacter)
        expect("fifteen\(control)letters!", .controlCharacter)
    }

    @Test(arguments: [" ", "\u{A0}", "~", "\u{200D}", "ü", "漢", "😀", "\u{AD}", "\u{10FFFF}"])
    func `any other character is welcome`(_ character: String) throws {
        _ = try Password("fifteen letters" + character)
    }

    @Test func `what is presented has only an upper bound`() {
        for text in ["", "a", "short", "with\0zero", String(repeating: "a", count: 256)] {
            #expect(PresentedPassword(text).isWithinBounds)
            #expect(PresentedPassword(text).utf8.count == text.utf8.count)
        }
        for text in [String(repeating: "a", count: 257), String(repeating: "a", count: 5_000_000)] {
            #expect(!PresentedPassword(text).isWithinBounds)
            #expect(PresentedPassword(text).utf8.count == 0)
        }
    }

    private func expect(_ text: String, _ error: PasswordError, _ location: SourceLocation = #_sourceLocation) {
        #expect(throws: error, sourceLocation: location) { try Password(text) }
    }
}
