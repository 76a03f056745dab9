import Foundation
import StrictFormats
import TestSupport
import Testing

@Suite(.serialized) struct InspectCommandTests {
    private func token(_ header: String, _ claims: String) -> String {
        [header, claims, "signature"].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
    }

    @Test func `it shows what a token says, and warns of what is in it`() async throws {
        let tykva = try Program()
        let text = token(#"{"alg":"none"}"#, #"{"sub":"a","email":"anna@example.com","exp":4102444800}"#)
        let shown = try await tykva.run(["inspect", try tykva.write(text, to: "token")])
        #expect(shown.status == 1)
        #expect(shown.complaint == "")
        for words in ["[unsigned]", "[email]", "[long-life]", "sub: \"a\"", "exp: 2100-01-01T00:00:00Z"] {
            #expect(shown.output.contains(words), "\(words)")
        }
        let json = try await tykva.run(["inspect", "-", "--output", "json"], input: text).json() as? [String: Any]
        #expect(json?["kind"] as? String == "jwt")
    }

    @Test func `what is in a token moves no cursor`() async throws {
        let text = token(#"{"alg":"ES256"}"#, #"{"a\u001b[2J":"\u009b2J\u202e"}"#)
        for format in ["table", "json"] {
            let shown = try await Program().run(["inspect", "-", "--output", format], input: text)
            #expect(shown.status == 1)
            #expect(!shown.output.unicodeScalars.contains { ["\u{1B}", "\u{9B}", "\u{202E}"].contains($0) })
        }
    }

    @Test(arguments: [(" ", 0), (" ", 9), ("x", 300_000)])
    func `nothing, or too much, is refused in a sentence`(_ letter: String, _ count: Int) async throws {
        let refused = try await Program().run(["inspect", "-"], input: String(repeating: letter, count: count))
        #expect(refused.status == 1)
        #expect(refused.complaint.filter(\.isNewline).count == 1)
    }
}
