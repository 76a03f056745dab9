import Testing

@testable import Secrets

@Suite struct OneTimeValueTests {
    @Test(arguments: [OneTimeValue.Prefix.none, .clientSecret])
    func `what was shown is recognised when it comes back`(_ prefix: OneTimeValue.Prefix) throws {
        let value = OneTimeValue.random(prefix)
        let text = value.revealedText()
        #expect(text.hasPrefix(prefix.text))
        #expect(text.utf8.count == prefix.text.utf8.count + 43)
        let presented = try #require(OneTimeValue(presented: text, prefix: prefix))
        #expect(presented.hash == value.hash)
        #expect(value.hash == TokenHash(of: text))
    }

    @Test func `no two are alike`() {
        #expect(Set((0..<500).map { _ in OneTimeValue.random().hash }).count == 500)
    }

    @Test func `every other form is nil`() {
        let text = OneTimeValue.random(.clientSecret).revealedText()
        #expect(OneTimeValue(presented: text, prefix: .clientSecret) != nil)
        #expect(OneTimeValue(presented: text) == nil)
        #expect(OneTimeValue(presented: String(text.dropFirst(5)), prefix: .clientSecret) == nil)
        #expect(OneTimeValue(presented: String(text.dropFirst(5))) != nil)
        #expect(OneTimeValue(presented: "TKVC_" + text.dropFirst(5), prefix: .clientSecret) == nil)
        #expect(OneTimeValue(presented: text + "A", prefix: .clientSecret) == nil)
        #expect(OneTimeValue(presented: text.dropLast() + "=", prefix: .clientSecret) == nil)
        #expect(OneTimeValue(presented: text.dropLast() + "+", prefix: .clientSecret) == nil)
        // The last of 43 characters carries four bits: the other two must be zero.
        #expect(OneTimeValue(presented: String(repeating: "A", count: 42) + "B") == nil)
        #expect(OneTimeValue(presented: String(repeating: "A", count: 42) + "E") != nil)
        #expect(OneTimeValue(presented: "") == nil)
        #expect(OneTimeValue(presented: String(repeating: "A", count: 1_000_000)) == nil)
        #expect(OneTimeValue(presented: String(repeating: "A", count: 41) + "é") == nil)
        #expect(
            OneTimeValue(presented: "tkvc_\u{301}" + String(repeating: "A", count: 41), prefix: .clientSecret) == nil)
    }
}
