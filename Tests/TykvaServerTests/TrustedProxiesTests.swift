import OAuth
import Testing

@testable import TykvaServer

@Suite struct TrustedProxiesTests {
    private func caller(_ fields: String..., from connection: String = "10.0.0.1") throws -> String {
        let proxies = TrustedProxies(networks: [try NetworkRange("10.0.0.0/8"), try NetworkRange("fd00::/8")])
        return proxies.caller(connection: try #require(NetworkAddress(connection)), forwardedFor: fields).text
    }

    @Test(arguments: [
        ("203.0.113.9", "203.0.113.9"), ("203.0.113.9:4711", "203.0.113.9"), ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"), ("[2001:db8::1]:4711", "2001:db8::1"),
        (" 203.0.113.9\t", "203.0.113.9"), ("203.0.113.9,", "203.0.113.9"), ("203.0.113.9, ,10.0.0.2,", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9:1, 10.0.0.2:80, [fd00::1]:1", "203.0.113.9"),
    ])
    func `each form of an address in use is read`(_ field: String, _ address: String) throws {
        #expect(try caller(field) == address)
    }

    @Test(arguments: [
        "203.0.113.9:", "203.0.113.9:port", "203.0.113.9:123456", "[203.0.113.9]", "[2001:db8::1", "2001:db8::1]",
        "[2001:db8::1]4711", "[2001:db8::1]:", "[]:1", ":1", "unknown", "_hidden", "203.0.113.9:1:1",
    ])
    func `what is no address ends the reading at the nearest proxy`(_ field: String) throws {
        #expect(try caller(field) == "10.0.0.1")
        #expect(try caller("\(field), 10.0.0.2") == "10.0.0.2")
    }

    @Test func `fields are one list, and count over a connection from a proxy only`() throws {
        #expect(try caller("203.0.113.9", "10.0.0.3") == "203.0.113.9")
        #expect(try caller("203.0.113.9", from: "198.51.100.7") == "198.51.100.7")
        #expect(try caller() == "10.0.0.1")
    }
}
