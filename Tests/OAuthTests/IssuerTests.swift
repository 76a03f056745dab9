import OAuth
import Testing

@Suite struct IssuerTests {
    @Test(arguments: [
        "https://auth.example.com", "https://auth.example.com:8443", "https://a", "https://192.0.2.1",
        "https://[2001:db8::1]:8443", "http://localhost", "http://localhost:8080", "http://127.0.0.1:8080",
        "http://127.1.2.3", "http://[::1]:8080",
    ])
    func `an origin is an issuer, byte for byte`(_ text: String) throws {
        let issuer = try Issuer(text)
        #expect(issuer.text == text)
        #expect(issuer.isSecure == text.hasPrefix("https"))
        #expect(issuer.url("/token") == text + "/token")
    }

    @Test(arguments: [
        "", "https", "https:", "https://", "https:///", "auth.example.com", "//auth.example.com",
        "ftp://auth.example.com",
        "https://auth.example.com/", "https://auth.example.com/x", "https://auth.example.com?x",
        "https://auth.example.com#x",
        "https://auth.example.com ", " https://auth.example.com", "HTTPS://auth.example.com",
        "https://Auth.example.com",
        "https://user@auth.example.com", "https://user:pw@auth.example.com", "https://auth.example.com:",
        "https://auth.example.com:0", "https://auth.example.com:0443", "https://auth.example.com:65536",
        "https://auth.example.com:443:1", "https://auth.example.com:+443", "https://auth.example.com:٤٤٣",
        "https://.example.com", "https://example.com.", "https://a..b", "https://a_b", "https://é.example",
        "https://a%2fb",
        "https://[", "https://[]", "https://[::1", "https://::1", "https://[::1]x", "https://a\0", "https://a\n",
        "https:/\u{301}/a", "https://*.example.com", "https://a\\b",
    ])
    func `anything else is refused`(_ text: String) {
        #expect(throws: InvalidValue.self) { try Issuer(text) }
    }

    @Test(arguments: [
        "http://auth.example.com", "http://192.0.2.1", "http://localhost.example.com", "http://127.example.com",
        "http://127.0.0.1.example.com", "http://1270.0.0.1", "http://[::2]", "http://127.0.0",
    ])
    func `http is for loopback hosts only`(_ text: String) {
        #expect(throws: InvalidValue("issuer", "http is for loopback hosts only; use https")) { try Issuer(text) }
    }

    @Test func `128 bytes fit and 129 do not`() throws {
        let longest = "https://" + String(repeating: "a", count: 120)
        #expect(try Issuer(longest).text.utf8.count == 128)
        #expect(throws: InvalidValue.self) { try Issuer(longest + "a") }
    }
}
