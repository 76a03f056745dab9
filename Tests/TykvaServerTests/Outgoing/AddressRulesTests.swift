import OAuth
import Testing

@testable import TykvaServer

@Suite struct AddressRulesTests {
    @Test(arguments: [
        ("93.184.216.34", AddressRules.Kind.open), ("172.15.255.255", .open), ("172.32.0.0", .open),
        ("100.63.255.255", .open), ("100.128.0.0", .open), ("2606:4700::1111", .open), ("::ffff:93.184.216.34", .open),
        ("64:ff9b::5db8:d822", .open), ("127.0.0.1", .own), ("127.255.255.254", .own), ("10.0.0.1", .own),
        ("172.16.0.1", .own), ("172.31.255.255", .own), ("192.168.1.1", .own), ("100.64.0.1", .own), ("::1", .own),
        ("fd00::1", .own), ("fc00::1", .own), ("::ffff:10.0.0.1", .own), ("::ffff:7f00:1", .own),
        ("64:ff9b::7f00:1", .own), ("169.254.169.254", .never), ("169.254.0.1", .never), ("0.0.0.0", .never),
        ("0.1.2.3", .never), ("224.0.0.1", .never), ("240.0.0.1", .never), ("255.255.255.255", .never),
        ("192.0.2.1", .never), ("198.18.0.1", .never), ("fe80::1", .never), ("::", .never), ("ff02::1", .never),
        ("::ffff:169.254.169.254", .never), ("64:ff9b::a9fe:a9fe", .never), ("2002:7f00:1::", .never),
        ("2001::1", .never), ("2001:db8::1", .never), ("64:ff9b:1::1", .never), ("::7f00:1", .never),
        ("fec0::1", .never),
    ])
    func `every address has its kind`(_ text: String, _ kind: AddressRules.Kind) throws {
        #expect(AddressRules.kind(of: try #require(NetworkAddress(text))) == kind)
    }

    @Test func `loopback is for an issuer on loopback, and for a URL that says so`() throws {
        let loopback = try #require(NetworkAddress("127.0.0.1"))
        let inside = try #require(NetworkAddress("10.0.0.1"))
        let metadata = try #require(NetworkAddress("169.254.169.254"))
        let localhost = try #require(Origin("http://localhost:80"))
        let name = try #require(Origin("https://keys.example"))
        let development = AddressRules(issuer: try Issuer("http://127.0.0.1:8080"), allowsPrivate: false)
        let production = AddressRules(issuer: try Issuer("https://auth.example.com"), allowsPrivate: false)
        let inHouse = AddressRules(issuer: try Issuer("https://auth.example.com"), allowsPrivate: true)
        #expect(development.allows(loopback, of: localhost))
        #expect(!development.allows(loopback, of: name))
        #expect(!development.allows(inside, of: localhost))
        #expect(!production.allows(loopback, of: localhost))
        #expect(!production.allows(inside, of: name))
        #expect(inHouse.allows(loopback, of: name) && inHouse.allows(inside, of: name))
        #expect(!inHouse.allows(metadata, of: name))
    }

    @Test(arguments: [
        "http://keys.example/", "https://", "https://user@keys.example/", "ftp://keys.example/",
        "https://KEYS.example/",
        "https://keys.example#x", "https://keys.example\\@other.example/", "//keys.example/", "https://keys.example:0/",
    ])
    func `a URL of another form goes nowhere`(_ text: String) {
        #expect(throws: InvalidValue.self) { try OutgoingURL(text) }
    }

    @Test func `a URL is taken apart`() throws {
        let url = try OutgoingURL("https://keys.example:8443/a?b=c")
        #expect(url.origin.host == "keys.example" && url.origin.port == 8443 && url.address == nil)
        #expect(try OutgoingURL("https://[::1]/").address == NetworkAddress("::1"))
        #expect(try OutgoingURL("https://10.0.0.1").address == NetworkAddress("10.0.0.1"))
        // No address in this spelling: it is looked up, and what comes of that is checked.
        #expect(try OutgoingURL("https://127.1/").address == nil)
    }
}
