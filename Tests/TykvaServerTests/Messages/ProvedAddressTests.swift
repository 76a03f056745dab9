import Foundation
import HTTPTypes
import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// An address that nobody has proved gets the link that confirms it, and nothing else.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ProvedAddressTests {
    private static let new = "a lantern in the old orchard"
    private let portal = RelyingParty.trusted

    private static func set(
        _ email: String, _ server: TestServer, isVerified: Bool = false, letter: AddressLetter? = .confirmation
    ) async throws {
        try await UserAdministration(server.database).change(
            UserName("anna"),
            UserChange(email: .set(EmailAddress(email)), emailIsVerified: isVerified, letter: letter),
            at: server.clock.now)
    }

    private func signedIn(_ server: TestServer) async throws -> WebBrowser {
        let browser = WebBrowser(server)
        _ = try await browser.follow(browser.get("/account"))
        _ = try await browser.follow(browser.signIn())
        return browser
    }

    private func ask(_ name: String, _ server: TestServer) async throws {
        let browser = WebBrowser(server)
        _ = try await browser.get("/password/forgot")
        _ = try await browser.submit(["username": name])
    }

    @Test func `an unproved address is not written to, until its owner has signed in and followed the link`()
        async throws
    {
        try await TestServer.runWithMail(email: nil) { server, mailbox in
            try await Self.set("anna@example.com", server)
            let letter = try await mailbox.letter(.confirmEmail)
            #expect(letter.address.text == "anna@example.com")
            _ = try await signedIn(server)
            let browser = try await signedIn(server)
            try await ask("anna", server)
            try await ask("anna@example.com", server)
            try await mailbox.quiet()
            #expect(mailbox.all.count == 1, "no letter of a new device, and no link for a new password")
            #expect(try await browser.get("/account/security").text.contains("a new sign-in"))

            // Whoever reads the mail of an address that was mistyped does not know the account.
            let stranger = WebBrowser(server)
            let refused = try await stranger.get(letter.link(.confirmEmail))
            #expect(refused.status == 403)
            #expect(refused.text.contains("Sign in first"))
            _ = try await stranger.get("/password/forgot")
            let form = try #require(stranger.formToken())
            let link = try letter.link(.confirmEmail)
            let path = String(link.dropFirst(TestServer.issuer.count))
            #expect(try await stranger.submit(["form": form], to: path).status == 403)

            _ = try await browser.get(link)
            #expect(try await browser.submit([:]).status == 200)
            #expect(try await browser.get(link).status == 410)
            #expect(try await browser.get("/account").text.contains("verified"))
            _ = try await signedIn(server)
            #expect(try await mailbox.letter(.newDevice).address.text == "anna@example.com")
        }
    }

    @Test func `the link is sent again from the account, seldom, and to nobody who is proved`() async throws {
        try await TestServer.runWithMail(email: nil) { server, mailbox in
            try await Self.set("anna@example.com", server, letter: nil)
            let browser = try await signedIn(server)
            let path = "/account/confirm-email"
            func press() async throws {
                _ = try await browser.get("/account")
                let form = try #require(browser.formToken(path))
                #expect(try await browser.submit(["form": form], to: path).location == "/account?confirmation-sent")
            }
            try await press()
            try await press()
            let letter = try await mailbox.letter(.confirmEmail)
            try await mailbox.quiet()
            #expect(mailbox.all.count == 1)
            server.clock.advance(by: .minutes(30))
            #expect(try await browser.get(letter.link(.confirmEmail)).status == 410)
            try await press()
            let second = try await mailbox.letter(.confirmEmail, count: 2)
            _ = try await browser.get("/account")
            let form = try #require(browser.formToken(path))
            _ = try await browser.get(second.link(.confirmEmail))
            #expect(try await browser.submit([:]).status == 200)
            _ = try await browser.get("/account")
            #expect(browser.formToken(path) == nil)
            _ = try await browser.submit(["form": form], to: path)
            try await mailbox.quiet()
            #expect(mailbox.all.count == 2)
        }
    }

    @Test func `a link to confirm is one person's, of one address`() async throws {
        try await TestServer.runWithMail(email: nil) { server, mailbox in
            try await Self.set("anna@example.com", server)
            let first = try await mailbox.letter(.confirmEmail)
            let browser = try await signedIn(server)
            try await server.addUser("boris")
            let other = WebBrowser(server)
            _ = try await other.follow(other.get("/account"))
            _ = try await other.follow(other.signIn("boris"))
            #expect(try await other.get(first.link(.confirmEmail)).status == 403)
            // After another change the earlier link is dead.
            server.clock.advance(by: .seconds(1))
            try await Self.set("second@example.com", server)
            let second = try await mailbox.letter(.confirmEmail, count: 2)
            #expect(try await browser.get(first.link(.confirmEmail)).status == 410)
            // Another has proved the same address meanwhile.
            try await UserAdministration(server.database).change(
                UserName("boris"), UserChange(email: .set(EmailAddress("second@example.com")), emailIsVerified: true),
                at: server.clock.now)
            _ = try await browser.get(second.link(.confirmEmail))
            #expect(try await browser.submit([:]).status == 409)
        }
    }

    @Test func `few new addresses are written to, and not with a text of somebody's choice`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let spam = "your account is blocked, see evil.example"
            try await UserAdministration(server.database).change(
                UserName("anna"), UserChange(displayName: .set(spam)), at: server.clock.now)
            let browser = try await signedIn(server)
            _ = try await browser.get("/account")
            let path = "/account/email"
            let token = try #require(browser.formToken(path))
            func change(_ email: String) async throws -> Visit {
                try await browser.submit(
                    ["email": email, "current": TestServer.password, "form": token], to: path)
            }
            for number in 1...3 {
                #expect(try await change("stranger\(number)@example.com").location == "/account?sent")
            }
            let refused = try await change("stranger4@example.com")
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] == "3600")
            let letter = try await mailbox.letter(.confirmEmail, count: 3)
            #expect(!letter.letter.text.contains("evil.example") && !letter.letter.html.contains("evil.example"))
            server.clock.advance(by: .minutes(61))
            for number in 5...6 {
                #expect(try await change("stranger\(number)@example.com").location == "/account?sent")
            }
            #expect(try await change("stranger7@example.com").status == 429)
        }
    }

    @Test func `an operator says that an address is proved, and cannot say so of another's`() async throws {
        try await TestServer.runWithMail { server, _ in
            let users = UserAdministration(server.database)
            try await server.addUser("boris")
            let (boris, now) = (try UserName("boris"), server.clock.now)
            await #expect(throws: InvalidValue.self) {
                try await users.change(boris, UserChange(emailIsVerified: true), at: now)
            }
            await #expect(throws: InvalidValue.self) {
                try await users.change(
                    boris, UserChange(email: .set(EmailAddress("Anna@example.com")), emailIsVerified: true), at: now)
            }
            try await users.change(boris, UserChange(email: .set(EmailAddress("anna@example.com"))), at: now)
            #expect(try await users.find(boris)?.account.provedEmail == nil)
            try await users.change(boris, UserChange(email: .set(EmailAddress("boris@example.com"))), at: now)
            try await users.change(boris, UserChange(emailIsVerified: true), at: now)
            #expect(try await users.find(boris)?.account.provedEmail?.text == "boris@example.com")
            let again = try await users.change(
                UserName("anna"), UserChange(email: .set(EmailAddress("ANNA@example.com")), emailIsVerified: true),
                at: now)
            #expect(again.account.provedEmail?.text == "ANNA@example.com", "their own is theirs")
        }
    }

    @Test func `who has no password chooses one by a proved address, or by an invitation`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let users = UserAdministration(server.database)
            let (anna, now) = (try await server.user("anna"), server.clock.now)
            try await server.database.once(Statement("UPDATE account SET password_hash = NULL WHERE id = \(anna)"))
            try await ask("anna", server)
            let browser = WebBrowser(server)
            _ = try await browser.get(mailbox.letter(.resetRequested).link(.resetPassword))
            #expect(try await browser.submit(["new": Self.new, "repeated": Self.new]).status == 200)
            #expect(try await server.signIn(password: Self.new).status == 200)

            let invited = NewUser(
                name: try UserName("nora"), email: try EmailAddress("nora@example.com"), letter: .invitation)
            _ = try await users.add(invited, at: now)
            let letter = try await mailbox.letter(.invitation)
            #expect(letter.address.text == "nora@example.com")
            try await ask("nora", server)
            server.clock.advance(by: .hours(23))
            _ = try await browser.get(letter.link(.invitation))
            #expect(browser.page.contains("nora"))
            #expect(try await browser.submit(["new": "short", "repeated": "short"]).status == 422)
            #expect(try await users.find(UserName("nora"))?.account.provedEmail == nil)
            #expect(try await browser.submit(["new": Self.new, "repeated": Self.new]).status == 200)
            #expect(try await browser.get(letter.link(.invitation)).status == 410)
            #expect(try await server.signIn("nora@example.com", password: Self.new).status == 200)
            #expect(try await server.events(.invitationAccepted).count == 1)
            await #expect(throws: InvalidValue.self) { try await users.invite(UserName("nora"), at: now) }
            #expect(mailbox.all.count { $0.address.text == "nora@example.com" } == 1, "nothing before it was proved")
        }
    }

    @Test func `an invitation is over after a day, or when the operator has set a password`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let users = UserAdministration(server.database)
            let name = try UserName("nora")
            _ = try await users.add(
                NewUser(name: name, email: EmailAddress("nora@example.com"), letter: .invitation),
                at: server.clock.now)
            let first = try await mailbox.letter(.invitation)
            server.clock.advance(by: .hours(24))
            let browser = WebBrowser(server)
            #expect(try await browser.get(first.link(.invitation)).status == 410)
            try await users.invite(name, at: server.clock.now)
            let second = try await mailbox.letter(.invitation, count: 2)
            #expect(try await browser.get(second.link(.invitation)).status == 200)
            try await users.setPassword(.init(stored: "changed"), of: name, at: server.clock.now)
            #expect(try await browser.get(second.link(.invitation)).status == 410)
        }
    }

    @Test func `a thief of a session cannot make an address proved that is not theirs`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let browser = try await signedIn(server)
            _ = try await browser.get("/account")
            let token = try #require(browser.formToken("/account/email"))
            let fields = ["email": "thief@example.com", "current": "not the password at all", "form": token]
            #expect(try await browser.submit(fields, to: "/account/email").status == 422)
            #expect(browser.formToken("/account/confirm-email") == nil)
            try await mailbox.quiet()
            #expect(mailbox.all.isEmpty)
        }
    }
}
