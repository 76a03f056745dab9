import Foundation
import TestSupport
import Testing

@testable import Mail

@Suite struct TransferEncodingTests {
    private func quoted(_ text: String) -> String {
        String(decoding: TransferEncoding.quotedPrintable.encode(MailText.body(text)), as: UTF8.self)
    }

    @Test(arguments: [
        ("Hello", "Hello\r\n"), ("a=b", "a=3Db\r\n"), ("é", "=C3=A9\r\n"), ("a \nb\t\n", "a=20\r\nb=09\r\n"),
        (".\n..\na.", "=2E\r\n=2E.\r\na.\r\n"), ("", ""), ("\n\n", "\r\n\r\n"),
    ])
    func `quoted-printable, by its rules`(_ text: String, _ encoded: String) {
        #expect(quoted(text) == encoded)
    }

    @Test(arguments: 70...80)
    func `long lines go on, and no line begins with a dot`(_ length: Int) {
        for last in ["x", ".", "=", " ", "é"] {
            let lines = quoted(String(repeating: "x", count: length - 1) + last + last + "\n").components(
                separatedBy: "\r\n")
            #expect(lines.allSatisfy { $0.utf8.count <= 76 && !$0.hasPrefix(".") && !$0.hasSuffix(" ") })
        }
        let dots = quoted(String(repeating: ".", count: length * 3)).components(separatedBy: "\r\n")
        #expect(dots.allSatisfy { $0.utf8.count <= 76 && !$0.hasPrefix(".") })
    }

    @Test func `the shorter one is taken`() {
        #expect(TransferEncoding(fitting: Array("Hello, Anna\r\n".utf8)) == .quotedPrintable)
        #expect(TransferEncoding(fitting: Array("Здравствуйте, Анна\r\n".utf8)) == .base64)
        #expect(TransferEncoding(fitting: []) == .quotedPrintable)
    }

    @Test func `base64 has short lines`() {
        let encoded = TransferEncoding.base64.encode(Array(repeating: 0xD0, count: 1000))
        let lines = String(decoding: encoded, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        #expect(lines.last == "" && lines.count > 10)
        #expect(
            Data(base64Encoded: Data(encoded), options: .ignoreUnknownCharacters) == Data(repeating: 0xD0, count: 1000))
    }

    @Test func `any text is decoded to what it was`() {
        let seed = TestSeed.announced(for: #function)
        var random = SeededRandom(seed: seed)
        let pieces = ["a", "=", ".", " ", "\t", "\n", "\r\n", "é", "Я", "🎃", "--=_", "x=\n"]
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            let body = MailText.body(text.joined())
            #expect(decoded(TransferEncoding.quotedPrintable.encode(body)) == body, "seed \(seed)")
        }
    }

    /// RFC 2045 §6.7, the other way.
    private func decoded(_ bytes: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                decoded.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            rest = rest.dropFirst(2)
            if !digits.elementsEqual([0x0D, 0x0A]) {
                decoded.append(UInt8(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0)
            }
        }
        return decoded
    }
}
