import OAuth
import Testing

@Suite struct ScopeTests {
    @Test func `tokens are divided by single spaces, each once, in order`() throws {
        #expect(try #require(Scope("b a b")).tokens == ["b", "a"])
        #expect(try #require(Scope("b a b")).text == "b a")
        #expect(try #require(Scope("")).isEmpty)
        #expect(Scope("") == .empty)
        #expect(Scope(tokens: ["x", "y"]) == Scope("x y"))
        #expect(Scope(tokens: []) == .empty)
    }

    @Test(arguments: [
        " ", "a ", " a", "a  b", "a\tb", "a\nb", "\"", "a\\b", "é", "a\u{7F}", "a\0", "a\u{A0}b", "a\u{301}",
    ])
    func `anything else is refused`(_ text: String) {
        #expect(Scope(text) == nil)
    }

    @Test func `every byte that RFC 6749 allows is allowed, and no other`() {
        for byte in UInt8(0)...0x7F {
            let isAllowed = byte == 0x21 || (0x23...0x5B).contains(byte) || (0x5D...0x7E).contains(byte)
            #expect(Scope.isToken(String(UnicodeScalar(byte))) == isAllowed)
        }
        #expect(!Scope.isToken(""))
    }

    @Test func `256 bytes fit and 257 do not`() {
        #expect(Scope(String(repeating: "a", count: 256)) != nil)
        #expect(Scope(String(repeating: "a", count: 257)) == nil)
        #expect(Scope(tokens: Array(repeating: "aa", count: 86)) == nil)
    }

    @Test func `subset and intersection keep to whole tokens`() throws {
        let wide = try #require(Scope("read write"))
        #expect(try #require(Scope("write")).isSubset(of: wide))
        #expect(!(try #require(Scope("rea")).isSubset(of: wide)))
        #expect(!(try #require(Scope("READ")).isSubset(of: wide)))
        #expect(Scope.empty.isSubset(of: .empty))
        #expect(wide.intersection(try #require(Scope("write other"))).text == "write")
        #expect(wide.contains("read"))
        #expect(!wide.contains("read write"))
    }
}
