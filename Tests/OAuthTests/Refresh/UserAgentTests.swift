import OAuth
import Testing

@Suite struct UserAgentTests {
    @Test func `it keeps ordinary text as it is, and empty is a value`() {
        #expect(UserAgent("Mozilla/5.0 (X11)").text == "Mozilla/5.0 (X11)")
        #expect(UserAgent("").text == "")
        #expect(UserAgent("") == UserAgent("\r\n\0"))
    }

    @Test(arguments: [
        "\u{0}", "\n", "\r", "\u{1B}", "\u{7F}", "\u{85}", "\u{202E}", "\u{2028}", "\u{200B}", "\u{FEFF}", "\u{E000}",
    ])
    func `what could forge a line or a direction is removed`(_ control: String) {
        #expect(UserAgent("a" + control + "b").text == "ab")
    }

    @Test func `it is cut to 256 bytes, between characters`() {
        #expect(UserAgent(String(repeating: "a", count: 256)).text.utf8.count == 256)
        #expect(UserAgent(String(repeating: "a", count: 257)).text.utf8.count == 256)
        #expect(UserAgent(String(repeating: "é", count: 128)).text.utf8.count == 256)
        #expect(UserAgent("a" + String(repeating: "é", count: 128)).text.utf8.count == 255)
        #expect(UserAgent(String(repeating: "\u{1F600}", count: 100_000)).text.utf8.count == 256)
    }

    @Test func `it is compared whole, and reading back the stored text changes nothing`() {
        #expect(UserAgent("Browser/1") != UserAgent("Browser/1 "))
        #expect(UserAgent("Browser/1") != UserAgent("browser/1"))
        let odd = UserAgent("a\u{1}b\u{301}" + String(repeating: "ü", count: 200))
        #expect(UserAgent(odd.text) == odd)
    }

    @Test func `holders are alike when network and agent are`() throws {
        let home = Holder(address: try #require(NetworkAddress("192.0.2.1")), agent: UserAgent("a"))
        let neighbour = Holder(address: try #require(NetworkAddress("192.0.2.200")), agent: UserAgent("a"))
        let other = Holder(address: try #require(NetworkAddress("192.0.3.1")), agent: UserAgent("a"))
        let otherAgent = Holder(address: home.address, agent: UserAgent("b"))
        let unknown = Holder(address: .unknown, agent: UserAgent("a"))
        #expect(home.isLike(neighbour))
        #expect(!home.isLike(other))
        #expect(!home.isLike(otherAgent))
        #expect(!home.isLike(unknown))
        #expect(unknown.isLike(unknown))
    }
}
