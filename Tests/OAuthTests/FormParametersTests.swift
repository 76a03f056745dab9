import OAuth
import Testing

@Suite struct FormParametersTests {
    private func parse(_ text: String) throws(OAuthError) -> FormParameters { try FormParameters(Array(text.utf8)) }

    private func refusal(_ body: [UInt8]) -> String? {
        do throws(OAuthError) {
            _ = try FormParameters(body)
            return nil
        } catch {
            #expect(error.code == .invalidRequest)
            return error.description.description
        }
    }

    @Test func `names and values are decoded once`() throws {
        let form = try parse("grant_type=password&username=a%2Bb+c&password=%2525&sc%6Fpe=x=y&empty=&flag")
        #expect(form["grant_type"] == "password")
        #expect(form["username"] == "a+b c")
        #expect(form["password"] == "%25")
        #expect(form["scope"] == "x=y")
        #expect(form["empty"] == nil)
        #expect(form["flag"] == nil)
        #expect(form["other"] == nil)
    }

    @Test func `an empty body has no parameters, and empty pairs are none`() throws {
        #expect(try parse("")["a"] == nil)
        #expect(try parse("&&&a=1&&")["a"] == "1")
    }

    @Test func `resource may be repeated and keeps its order`() throws {
        #expect(try parse("resource=https%3A%2F%2Fa&x=1&resource=&resource=b:c").resources == ["https://a", "b:c"])
    }

    @Test(arguments: ["a=1&a=1", "a=1&a=2", "a=&a=1", "a&a=1", "a=1&%61=2", "=1&=2", "scope=x&scope=y"])
    func `a repeated parameter is refused, also when one is empty or spelled otherwise`(_ text: String) {
        #expect(refusal(Array(text.utf8)) == "a parameter is repeated")
    }

    @Test(arguments: [
        "a=%", "a=%1", "a=%G1", "a=%1G", "a=%%20", "%=a", "a=%00", "a=\0", "a=%C3", "a=%FF", "a=%C0%80", "a=%ED%A0%80",
        "a=%F4%90%80%80", "%80=a", "a=% 20", "a=%+1", "a=%-1",
    ])
    func `what does not decode is refused`(_ text: String) {
        #expect(refusal(Array(text.utf8)) == "a parameter is malformed")
    }

    @Test func `raw bytes that are no UTF-8 are refused`() {
        #expect(refusal([0x61, 0x3D, 0xFF]) == "a parameter is malformed")
        #expect(refusal([0xC3, 0x3D, 0x61]) == "a parameter is malformed")
    }

    @Test func `the limits hold exactly`() throws {
        let value = String(repeating: "v", count: FormParameters.maximumValueBytes)
        #expect(try parse("a=" + value)["a"] == value)
        #expect(refusal(Array(("a=" + value + "v").utf8)) == "a parameter is too long")
        let name = String(repeating: "n", count: FormParameters.maximumNameBytes)
        #expect(try parse(name + "=1")[name] == "1")
        #expect(refusal(Array((name + "n=1").utf8)) == "a parameter is malformed")
        let many = (1...FormParameters.maximumCount).map { "p\($0)=1" }.joined(separator: "&")
        #expect(try parse(many)["p32"] == "1")
        #expect(refusal(Array((many + "&p33=1").utf8)) == "too many parameters")
        let resources = Array(repeating: "resource=a:b", count: 33).joined(separator: "&")
        #expect(refusal(Array(resources.utf8)) == "too many parameters")
    }

    @Test func `a refusal repeats nothing of what was sent`() {
        do throws(OAuthError) {
            _ = try parse("secret=hunter2&secret=hunter2")
            Issue.record("it was taken")
        } catch {
            #expect(!"\(error.description) \(error.reason)".contains("hunter2"))
        }
    }

    @Test func `a required parameter is there or named`() throws {
        #expect(try parse("a=1").required("a", "a is missing") == "1")
        #expect(throws: OAuthError.self) { try parse("a=").required("a", "a is missing") }
    }
}
