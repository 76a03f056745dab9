import Foundation
import OAuth
import Testing

@testable import Mail

@Suite struct SMTPPasswordTests {
    @Test func `a password has no text form`() throws {
        let password = try SMTPPassword("geheim")
        var dumped = ""
        dump(password, to: &dumped)
        for text in ["\(password)", String(reflecting: password), dumped] { #expect(!text.contains("geheim")) }
        #expect(password.withCString { String(cString: $0) } == "geheim")
        let credentials = try SMTPServer.Credentials(user: "mailer", password: password)
        let server = SMTPServer(try SMTPAddress("smtp://localhost"), credentials: credentials, clientName: "a.example")
        dumped = ""
        dump(server, to: &dumped)
        #expect(!dumped.contains("geheim") && !"\(server)".contains("geheim"))
    }

    @Test(arguments: ["", "a\r\nb", "a\0b", "a\u{7F}", String(repeating: "a", count: 1025)])
    func `what C and SMTP would misread is refused`(_ text: String) {
        #expect(throws: InvalidValue.self) { try SMTPPassword(text) }
    }

    @Test(arguments: ["", "a\r\nb", "a\0b", String(repeating: "a", count: 256)])
    func `so is such a user`(_ user: String) {
        #expect(throws: InvalidValue.self) { try SMTPServer.Credentials(user: user, password: SMTPPassword("x")) }
    }

    @Test func `it is found as it is and as it travels`() throws {
        let password = try SMTPPassword("geheim")
        func isRepeated(_ text: String) -> Bool { password.isRepeated(in: Array(text.utf8), user: "mailer") }
        #expect(isRepeated("no geheim here"))
        #expect(isRepeated("AUTH " + Data("\0mailer\0geheim".utf8).base64EncodedString()))
        #expect(isRepeated("LOGIN " + Data("geheim".utf8).base64EncodedString()))
        #expect(!isRepeated("gehei"))
        #expect(!isRepeated(""))
    }
}
