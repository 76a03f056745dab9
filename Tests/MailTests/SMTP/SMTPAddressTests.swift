import OAuth
import Testing

@testable import Mail

@Suite struct SMTPAddressTests {
    @Test(arguments: [
        ("smtp://mail.example.com", "mail.example.com:587", SMTPServer.Encryption.startTLS),
        ("smtp://mail.example.com:25", "mail.example.com:25", .startTLS),
        ("SMTP://Mail.Example.com:2525", "mail.example.com:2525", .startTLS),
        ("smtps://mail.example.com", "mail.example.com:465", .fromTheStart),
        ("smtps://127.0.0.1:465", "127.0.0.1:465", .fromTheStart), ("smtp://localhost:25", "localhost:25", .none),
        ("smtp://127.0.0.1", "127.0.0.1:587", .none), ("smtp://127.1.2.3:25", "127.1.2.3:25", .none),
        ("smtp://[::1]:25", "[::1]:25", .none), ("smtp://[2001:db8::1]:25", "[2001:db8::1]:25", .startTLS),
        ("smtp://127.0.0.1.example.com:25", "127.0.0.1.example.com:25", .startTLS),
        ("smtp://localhost.example.com:25", "localhost.example.com:25", .startTLS),
        ("smtp://10.0.0.1:25", "10.0.0.1:25", .startTLS), ("smtp://0.0.0.0:25", "0.0.0.0:25", .startTLS),
    ])
    func `a URL says where, and the host how it is protected`(
        _ url: String, _ address: String, _ encryption: SMTPServer.Encryption
    ) throws {
        let parsed = try SMTPAddress(url)
        #expect(parsed.description == address)
        #expect(SMTPServer(parsed, clientName: "a.example").encryption == encryption)
    }

    @Test func `on loopback whoever names an authority wants TLS`() throws {
        let address = try SMTPAddress("smtp://localhost:25")
        #expect(SMTPServer(address, authorityPath: "/ca.pem", clientName: "a.example").encryption == .startTLS)
    }

    @Test(arguments: [
        "", "mail.example.com", "mail.example.com:25", "http://mail.example.com", "smtp:mail.example.com", "smtp://",
        "smtp:///", "smtp://mail.example.com/", "smtp://mail.example.com:25/name", "smtp://mail.example.com?x",
        "smtp://mail.example.com#x", "smtp://mail.example.com:0", "smtp://mail.example.com:65536",
        "smtp://mail.example.com:", "smtp://mail.example.com:+25", "smtp://mail example.com", "smtp://a\r\nb",
        "smtp://a\0b", "smtp://почта.рф", "smtp://a,b", "smtp://[::1", "smtps+x://a", " smtp://a",
        "smtp://" + String(repeating: "a", count: 300),
    ])
    func `what is no such URL is refused`(_ url: String) {
        #expect(throws: InvalidValue.self) { try SMTPAddress(url) }
    }

    @Test func `a password in the URL is refused, and not repeated`() {
        let error = #expect(throws: InvalidValue.self) { try SMTPAddress("smtp://mailer:geheim@mail.example.com") }
        #expect(error?.reason.contains("smtp_password_file") == true)
        #expect(error?.description.contains("geheim") == false)
    }

    @Test(arguments: [
        ("auth.example", "auth.example"), ("127.0.0.1", "localhost"), ("[::1]", "localhost"), ("", "localhost"),
        ("a b", "localhost"), ("a/../b", "localhost"), ("a\r\nMAIL", "localhost"),
    ])
    func `we name ourselves by a domain`(_ name: String, _ said: String) throws {
        #expect(SMTPServer(try SMTPAddress("smtp://localhost"), clientName: name).clientName == said)
    }
}
