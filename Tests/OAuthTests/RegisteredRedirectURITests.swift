import OAuth
import Testing

@Suite struct RegisteredRedirectURITests {
    @Test(arguments: [
        "https://app.example.com", "https://app.example.com/", "https://app.example.com/cb?x=1&y=%20",
        "https://app.example.com:8443/cb", "https://app.example.com?x", "http://localhost/cb",
        "http://127.0.0.1:1234/cb",
        "http://[::1]:1234/cb", "com.example.app:/cb", "com.example.app://cb", "a.b:c",
    ])
    func `a URI is registered byte for byte`(_ text: String) throws {
        #expect(try RegisteredRedirectURI(text).text == text)
    }

    @Test(arguments: [
        "", "/cb", "//app.example.com/cb", "app.example.com/cb", "https:", "https:/", "https://", "https:///cb",
        "https:app.example.com", "https://?x", "https://App.example.com/cb", "HTTPS://app.example.com/cb",
        "https://app.example.com/cb#", "https://app.example.com/cb#x", "https://*.example.com/cb",
        "https://app.example.com/*",
        "https://user@app.example.com/cb", "https://app.example.com\\@evil.example", "https://app.example.com/\\",
        "https://app.example.com:0/", "https://app.example.com:99999/", "https://app.example.com:/",
        "https://app example/",
        "https://app.example.com/ü", "https://app.example.com/\u{0}", "https://app.example.com/\n", "https://a/<x>",
        "https://a/\"", "https://a/`", "https://a/{x}", "https://a/|", "https://a/^",
        "http://app.example.com/cb", "http://localhost.example.com/cb", "http://127.example.com/",
        "javascript:alert(1)", "data:text/html,x", "myapp:/cb", "file:///etc/passwd", "com.Example.app:/cb",
        "127.0.0.1:8080/cb", "1.2:x", ".a:x", "-a.b:x", "com.example.app:", "com.example.app", "com_example.app:/cb",
    ])
    func `anything else is refused`(_ text: String) {
        #expect(throws: InvalidValue.self) { try RegisteredRedirectURI(text) }
    }

    @Test func `512 bytes fit and 513 do not`() throws {
        let longest = "https://a/" + String(repeating: "b", count: 502)
        #expect(try RegisteredRedirectURI(longest).text.utf8.count == 512)
        #expect(throws: InvalidValue.self) { try RegisteredRedirectURI(longest + "b") }
    }
}
