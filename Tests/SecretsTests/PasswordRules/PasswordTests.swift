import TestSupport
import Testing

@testable import Secrets

/// The bounds of a password, whatever else is asked of it.
@Suite struct PasswordTests {
    private static let letters = Array("rahlskpdowemvnxctbzuq")

    /// A text without rhyme or row, of any length.
    private func text(_ count: Int, of characters: [Character] = Self.letters) -> String {
        var random = SeededRandom(seed: 15)
        return String((0..<count).map { _ in characters[Int(random.next() % UInt64(characters.count))] })
    }

    @Test func `fifteen characters are enough, fourteen are not`() async throws {
        _ = try await Password.accepted(text(15))
        await expect(text(14), .tooShort(minimum: 15))
        await expect("", .tooShort(minimum: 15))
        // Each is one character of four scalars or more: what a person sees is counted.
        let families: [Character] = ["👩‍👩‍👧", "👨‍👩‍👦", "👨‍👨‍👧‍👦", "👩‍👩‍👦‍👦", "👨‍👧"]
        _ = try await Password.accepted(text(15, of: families))
        await expect(text(14, of: families), .tooShort(minimum: 15))
        await expect("a" + String(repeating: "\u{301}", count: 40), .tooShort(minimum: 15))
    }

    @Test func `the minimum can be 8 to 64`() async throws {
        for count in [8, 30, 64] {
            let rules = PasswordRules.plain(minimum: try PasswordMinimum(count))
            _ = try await rules.accept(text(count), for: .nobody)
            await #expect(throws: PasswordError.tooShort(minimum: count)) {
                try await rules.accept(text(count - 1), for: .nobody)
            }
        }
        for count in [-1, 0, 7, 65, .max] {
            #expect(throws: PasswordMinimum.OutOfBounds.self) { try PasswordMinimum(count) }
        }
    }

    @Test func `256 scalars are taken, one more is refused`() async throws {
        _ = try await Password.accepted(text(256))
        await expect(text(257), .tooLong)
        // The most bytes that 256 scalars can have.
        let faces: [Character] = ["😀", "😎", "🎃", "🕯", "🦉", "🌙"]
        let widest = try await Password.accepted(text(256, of: faces))
        #expect(widest.utf8.count == Password.maximumBytes)
        await expect(text(257, of: faces), .tooLong)
        await expect(String(repeating: "a", count: 5_000_000), .tooLong)
    }

    @Test func `the length is judged after normalisation`() async throws {
        // 256 decomposed letters are 512 scalars as typed and 256 in NFC.
        let accented = ["e\u{301}", "a\u{300}", "o\u{302}", "u\u{308}", "i\u{301}"].map { Character($0) }
        _ = try await Password.accepted(text(256, of: accented))
        await expect(text(257, of: accented), .tooLong)
        // These grow in NFC: each becomes two scalars.
        let growing = ["\u{958}", "\u{959}", "\u{95A}", "\u{95B}", "\u{95C}"].map { Character($0) }
        _ = try await Password.accepted(text(128, of: growing))
        await expect(text(129, of: growing), .tooLong)
    }

    @Test func `every way to type a letter gives the same bytes`() async throws {
        let forms = ["Crème brûlée à la Å", "Cre\u{300}me bru\u{302}le\u{301}e a\u{300} la \u{212B}"]
        let (composed, typed) = (try await Password.accepted(forms[0]), try await Password.accepted(forms[1]))
        let isSame = composed.utf8 == typed.utf8
        #expect(isSame)
        let presented = PresentedPassword(forms[1])
        let isSameAsPresented = composed.utf8 == presented.utf8
        #expect(isSameAsPresented)
        // Compatibility forms stay different: NFC, not NFKC.
        let ligatured = try await Password.accepted("ﬁfteen characters")
        let isSameAsPlain = ligatured.utf8 == SecretBytes(copying: "fifteen characters".utf8)
        #expect(!isSameAsPlain)
    }

    @Test(arguments: ["\0", "\n", "\t", "\r", "\u{1B}", "\u{7F}", "\u{85}", "\u{9F}"])
    func `a control character anywhere is refused`(_ control: String) async {
        await expect("fifteen letters" + control, .controlCharacter)
        await expect(control + "fifteen letters", .controlCharacter)
        await expect("fifteen\(control)letters!", .controlCharacter)
    }

    @Test(arguments: [" ", "\u{A0}", "~", "\u{200D}", "ü", "漢", "😀", "\u{AD}", "\u{10FFFF}"])
    func `any other character is welcome`(_ character: String) async throws {
        _ = try await Password.accepted("fifteen letters" + character)
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

    private func expect(
        _ text: String, _ error: PasswordError, _ location: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: error, sourceLocation: location) { try await Password.accepted(text) }
    }
}
