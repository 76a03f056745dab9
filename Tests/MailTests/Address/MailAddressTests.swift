import OAuth
import Testing

@testable import Mail

@Suite struct MailAddressTests {
    private static let local64 = String(repeating: "a", count: 64)
    private static let label63 = String(repeating: "b", count: 63)
    private static let domain189 = "\(label63).\(label63).\(String(repeating: "b", count: 61))"

    @Test(arguments: [
        "anna@example.com", "Anna.Berg+tag@Example.COM", "!#$%&'*+-/=?^_`{|}~@x", "a@localhost",
        "a@xn--e1afmkfd.xn--p1ai",
        "\(local64)@\(label63).example", "\(local64)@\(domain189)",
    ])
    func `one mailbox in ASCII is taken`(_ text: String) throws {
        let address = try MailAddress(text)
        #expect(address.description.lowercased() == text.lowercased())
        #expect(address.domain == address.domain.lowercased())
        #expect(text.hasPrefix(address.localPart + "@"))
    }

    @Test(arguments: [
        "", "anna", "@example.com", "anna@", "anna@@example.com", "a@b@example.com",
        "anna@example.com,boris@example.com",
        "anna@example.com>", "<anna@example.com>", "Anna <anna@example.com>", "anna @example.com", " anna@example.com",
        "anna@example.com ", "anna@exam ple.com", "anna@example.com\r\nBcc: x@example.com", "anna\r\n@example.com",
        "anna@example.com\n", "anna@example.com\0", "\0anna@example.com", "anna\t@example.com", ".anna@example.com",
        "anna.@example.com", "an..na@example.com", "\"an na\"@example.com", "anna(x)@example.com", "anna@[127.0.0.1]",
        "anna@.example.com", "anna@example.com.", "anna@example..com", "anna@-example.com", "anna@example-.com",
        "anna@exa_mple.com", "anna@\(label63)b.com", "\(local64)a@example.com", "\(local64)@\(domain189)b",
    ])
    func `what is no such mailbox is refused`(_ text: String) {
        #expect(throws: InvalidValue.self) { try MailAddress(text) }
    }

    @Test func `what is not in ASCII is refused with what to do`() {
        let domain = #expect(throws: InvalidValue.self) { try MailAddress("anna@пример.рф") }
        #expect(domain?.reason.contains("xn--") == true)
        let local = #expect(throws: InvalidValue.self) { try MailAddress("анна@example.com") }
        #expect(local?.reason.contains("RFC 6531") == true)
        #expect(throws: InvalidValue.self) { try MailAddress("anna@example.com\u{202E}") }
    }
}
