import OAuth
import Testing

@Suite struct NetworkAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"),
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ("0:0:1:0:0:1:1:1", "::1:0:0:1:1:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:201", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
    func `an address has one form, whatever it is written as`(_ written: String, _ canonical: String) throws {
        let address = try #require(NetworkAddress(written))
        #expect(address.text == canonical)
        #expect(NetworkAddress(canonical) == address)
        #expect(NetworkAddress(stored: canonical) == address)
    }

    @Test(arguments: [
        "", " ", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.+4", "1.2.3.-4", "1.2.3. 4", "1.2.3.4 ",
        "1.2.3.4\n", "1..2.3", "00.1.2.3", "1.2.3.04", "1.2.3.", ".1.2.3", "1.2.3.4.", "1.2.3.1000",
        "1.2.3.256", "...", ".......", "1.2.34567",
        "0x1.2.3.4", "1.2.3.1e1", "١.٢.٣.٤", ":", ":::", "::1::", "1:::2", "1::2::3", ":1",
        "1:",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "+1::", "-1::", "::1%eth0",
        "[::1]", "::1/64",
        "1.2.3.4::", "1.2.3.4::1", "::1.2.3.4:1", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "fe80::1%1",
        "192.0.2.1:80", "localhost", "::ffff:192.0.2.256", "1:2:3:4:5:6:7:8\0",
    ])
    func `what is no address is none, and unknown in the store`(_ text: String) {
        #expect(NetworkAddress(text) == nil)
        #expect(NetworkAddress(stored: text) == .unknown)
    }

    @Test func `endless text is refused`() {
        for piece in [":", "1:", "::", "1.", "0", "\u{301}", "::1"] {
            #expect(NetworkAddress(String(repeating: piece, count: 20_000)) == nil)
        }
    }

    @Test func `a network is a 24 of IPv4 and a 48 of IPv6`() throws {
        func network(_ text: String) throws -> [UInt8] { try #require(NetworkAddress(text)).network }
        #expect(try network("192.0.2.1") == network("192.0.2.254"))
        #expect(try network("192.0.2.1") != network("192.0.3.1"))
        #expect(try network("2001:db8:1:2::1") == network("2001:db8:1:ffff::2"))
        #expect(try network("2001:db8:1::") != network("2001:db8:2::"))
        #expect(try network("::ffff:192.0.2.9") == network("192.0.2.1"))
        #expect(NetworkAddress.unknown.network != (try network("0.0.0.0")))
    }
}
