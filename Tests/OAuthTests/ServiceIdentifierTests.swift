import OAuth
import Testing

@Suite struct ServiceIdentifierTests {
    @Test(arguments: [
        "https://orders.example.com", "https://orders.example.com/", "https://orders.example.com/v1?x=1", "urn:orders",
        "api:a", "x+y-z.1:a", "HTTPS://orders.example.com",
    ])
    func `an absolute URI names a service, byte for byte`(_ text: String) throws {
        #expect(try #require(ServiceIdentifier(text)).text == text)
    }

    @Test(arguments: [
        "", ":", "a", "a:", ":a", "orders", "//orders", "/orders", "1a:b", "+a:b", "a b:c", "a:b c", "a:b#c", "a:#",
        "é:b", "a:é", "a_b:c", "a:\u{0}", "a:b\n", "a:<b>", "a:\"", "a:{b}", "a:b\\c", "a:`b`", "a:b|c", "a:b^c",
        "[::1]:80",
    ])
    func `anything else is refused`(_ text: String) {
        #expect(ServiceIdentifier(text) == nil)
    }

    @Test func `127 bytes fit and 128 do not`() {
        #expect(ServiceIdentifier.maximumBytes == 127)
        #expect(ServiceIdentifier("x:" + String(repeating: "a", count: 125)) != nil)
        #expect(ServiceIdentifier("x:" + String(repeating: "a", count: 126)) == nil)
    }
}
