import Foundation
import HTTPTypes
import OAuth
import Secrets
import Storage
import StrictFormats
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized, .timeLimit(.minutes(15))) struct PasswordResetTests {
    private static let new = "a lantern in the old orchard"

    private func ask(_ name: String, _ server: TestServer) async throws -> Visit {
        let browser = WebBrowser(server)
        _ = try await browser.get("/password/forgot")
        return try await browser.submit(["username": name])
    }

    @Test func `every name has the same answer, and only whose account it is hears of it`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            try await server.addUser("boris")
            let known = try await ask("anna", server)
            for name in ["nobody", "boris", "", String(repeating: "x", count: 1000), "a\u{202E}b"] {
                let other = try await ask(name, server)
                #expect(other.status == 200)
                #expect(other.text == known.text, "\(name.prefix(9))")
            }
            let letter = try await mailbox.letter(.resetRequested)
            #expect(letter.address.text == "anna@example.com")
            try await mailbox.quiet()
            #expect(mailbox.all.count == 1)
        }
    }

    @Test func `a link is good once, for half an hour, and signs everybody out`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let tokens = try Tokens(await server.signIn())
            _ = try await ask("anna", server)
            let first = try await mailbox.letter(.resetRequested)
            server.clock.advance(by: .minutes(30))
            let browser = WebBrowser(server)
            #expect(try await browser.get(first.link(.resetPassword)).status == 410)
            _ = try await ask("anna", server)
            let second = try await mailbox.letter(.resetRequested, count: 2)
            _ = try await browser.get(second.link(.resetPassword))
            #expect(try await browser.submit(["new": Self.new, "repeated": "another one than that"]).status == 422)
            #expect(try await server.signIn().status == 200, "nothing has happened so far")
            #expect(try await browser.submit(["new": Self.new, "repeated": Self.new]).status == 200)
            #expect(try await browser.get(second.link(.resetPassword)).status == 410)
            #expect(try await server.refresh(tokens.refreshToken).error == "invalid_grant")
            #expect(try await server.signIn(password: Self.new).status == 200)
            #expect(try await mailbox.letter(.passwordReset).letter.text.contains("This was not me"))
        }
    }

    @Test func `an account is written to once in ten minutes, and not when it is disabled`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            for _ in 0..<5 { _ = try await ask("anna", server) }
            _ = try await mailbox.letter(.resetRequested)
            try await mailbox.quiet()
            #expect(mailbox.all.count == 1)
            try await UserAdministration(server.database).disable(UserName("anna"), at: server.clock.now)
            server.clock.advance(by: .minutes(11))
            _ = try await ask("anna", server)
            try await mailbox.quiet()
            #expect(mailbox.all.count == 1)
            let link = try mailbox.all[0].link(.resetPassword)
            #expect(try await WebBrowser(server).get(link).status == 410, "a disabled user's link is dead")
        }
    }

    @Test func `a form of another site, or of nobody, asks for nothing`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let browser = WebBrowser(server)
            _ = try await browser.get("/password/forgot")
            let foreign = try await browser.submit(["username": "anna"], with: [.secFetchSite: "cross-site"])
            #expect(foreign.status == 403)
            _ = try await browser.submit(["username": "anna", "form": "x"], to: "/password/forgot")
            try await mailbox.quiet()
            #expect(mailbox.all.isEmpty)
        }
    }
}

@Suite(.serialized, .timeLimit(.minutes(15))) struct LetterTests {
    private let portal = RelyingParty.trusted

    private func signedIn(_ browser: WebBrowser) async throws {
        _ = try await browser.follow(browser.get("/account"))
        _ = try await browser.follow(browser.signIn())
    }

    @Test func `a new browser is told of, the first one and a known one are not`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let first = WebBrowser(server)
            try await signedIn(first)
            first.forget(BrowserCookie.session.rawValue)
            try await signedIn(first)
            try await mailbox.quiet()
            #expect(mailbox.all.isEmpty)
            let second = WebBrowser(server)
            second.headers[.acceptLanguage] = "ru"
            try await signedIn(second)
            let letter = try await mailbox.letter(.newDevice).letter
            #expect(letter.languageTag == "ru")
            #expect(letter.text.contains("Firefox"))
        }
    }

    @Test func `an address changes when its owner has opened the link there, and the old one is told`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let browser = WebBrowser(server)
            try await signedIn(browser)
            _ = try await browser.get("/account")
            let path = "/account/email"
            let token = try #require(browser.formToken(path))
            func change(_ email: String, _ password: String) async throws -> Visit {
                try await browser.submit(["email": email, "current": password, "form": token], to: path)
            }
            #expect(try await change("new@example.com", "not the password at all").status == 422)
            #expect(try await change("no address", TestServer.password).status == 422)
            #expect(try await change("new@example.com", TestServer.password).location == "/account?sent")
            let letter = try await mailbox.letter(.confirmEmail)
            #expect(letter.address.text == "new@example.com")
            let link = try letter.link(.confirmEmail)
            let page = try await browser.get(link)
            #expect(page.text.contains("new@example.com"))
            #expect(try await browser.submit([:]).status == 200)
            #expect(try await browser.get(link).status == 410)
            let told = try await mailbox.letter(.emailChanged)
            #expect(told.address.text == "anna@example.com")
            #expect(try await browser.get("/account").text.contains("new@example.com"))
        }
    }

    @Test func `who takes address and password loses both by the letter to the old address`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let thief = WebBrowser(server)
            try await signedIn(thief)
            _ = try await thief.get("/account")
            let token = try #require(thief.formToken("/account/email"))
            let fields = ["email": "thief@example.com", "current": TestServer.password, "form": token]
            _ = try await thief.submit(fields, to: "/account/email")
            _ = try await thief.get(mailbox.letter(.confirmEmail).link(.confirmEmail))
            _ = try await thief.submit([:])
            let told = try await mailbox.letter(.emailChanged)
            let new = "the thief's own long password"
            _ = try await thief.get("/account/password")
            let change = try #require(thief.formToken("/account/password"))
            let changed = ["current": TestServer.password, "new": new, "repeated": new, "form": change]
            #expect(try await thief.submit(changed, to: "/account/password").location == "/account/password?changed")
            #expect(try await mailbox.letter(.passwordChanged).address.text == "thief@example.com")

            let owner = WebBrowser(server)
            _ = try await owner.get(told.link(.notMe))
            _ = try await owner.follow(owner.submit([:]))
            #expect(try await server.signIn(password: new).error == "invalid_grant")
            let mine = "a lantern in the old orchard"
            #expect(try await owner.submit(["new": mine, "repeated": mine]).status == 200)
            #expect(try await server.signIn(password: mine).status == 200)
            #expect(try await mailbox.letter(.passwordReset).address.text == "anna@example.com")
        }
    }

    @Test func `what was asked for before a change is not sent after it`() async throws {
        let (mailbox, failures) = (Mailbox(), Failures())
        try await TestServer.run(
            configure: { configuration in
                configuration.post = LetterPost { letter, address, message in
                    try failures.next()
                    try await mailbox.post.deliver(letter, address, message)
                }
            }, clients: RelyingParty.clients()
        ) { server in
            mailbox.belongs(to: server)
            try await server.addUser("anna")
            let browser = WebBrowser(server)
            try await signedIn(browser)
            _ = try await browser.get("/account")
            let token = try #require(browser.formToken("/account/email"))
            let fields = ["email": "thief@example.com", "current": TestServer.password, "form": token]
            #expect(try await browser.submit(fields, to: "/account/email").location == "/account?sent")
            try await mailbox.firstAttempt()
            server.clock.advance(by: .seconds(2))
            let hash = PasswordHash(stored: "changed")
            try await UserAdministration(server.database).setPassword(hash, of: UserName("anna"), at: server.clock.now)
            server.clock.advance(by: .seconds(10))
            try await eventually { try await server.database.once(.messages(.waiting, limit: 9)).isEmpty }
            #expect(mailbox.all.isEmpty)
        }
    }

    @Test func `what comes from outside stays on its line, and is no markup`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let anna = try await server.user("anna")
            let name = "Anna \u{202E}gro\u{2028}<script>alert(1)</script>"
            try await server.database.once(.setDisplayName(name, of: anna))
            let browser = WebBrowser(server)
            browser.headers[.userAgent] = "<b>\u{7F}evil"
            let (_, tokens) = try await portal.signedIn(server)
            try await signedIn(browser)
            let letter = try await mailbox.letter(.newDevice).letter
            #expect(!letter.html.contains("<script"))
            #expect(!letter.html.contains("<b>"))
            for scalar in ["\u{202E}", "\u{2028}", "\u{7F}", "\r"] { #expect(!letter.text.contains(scalar)) }
            #expect(!letter.subject.contains("\n"))
            _ = tokens
        }
    }

    @Test func `without an address nobody is written to, and without a mail server it waits`() async throws {
        try await TestServer.runWithMail(email: nil) { server, mailbox in
            for _ in 0..<2 { try await signedIn(WebBrowser(server)) }
            try await mailbox.quiet()
            #expect(mailbox.all.isEmpty)
            #expect(try await server.events(.newDevice).count == 1)
        }
        try await TestServer.runWithMail(configure: { $0.post = nil }) { server, _ in
            for _ in 0..<2 { try await signedIn(WebBrowser(server)) }
            try await Task.sleep(for: .milliseconds(1200))
            let waiting = try await server.database.once(.messages(.waiting, limit: 9))
            #expect(waiting.map(\.kind) == ["mail"])
            #expect(waiting.first?.attempts == 0)
            #expect(try await WebBrowser(server).get("/sign-in").text.contains("Forgot") == false)
        }
    }

    @Test func `a letter that was not taken is tried again, with other links`() async throws {
        let mailbox = Mailbox()
        let failures = Failures()
        try await TestServer.run(
            configure: { configuration in
                configuration.post = LetterPost { letter, address, message in
                    try failures.next()
                    try await mailbox.post.deliver(letter, address, message)
                }
            }, clients: RelyingParty.clients()
        ) { server in
            mailbox.belongs(to: server)
            try await server.addUser("anna")
            _ = try await UserAdministration(server.database).change(
                UserName("anna"), UserChange(email: .set(EmailAddress("anna@example.com")), emailIsVerified: true),
                at: server.clock.now)
            for _ in 0..<2 { try await signedIn(WebBrowser(server)) }
            try await mailbox.firstAttempt()
            #expect(mailbox.all.isEmpty)
            // So long the one that did not take it is left alone.
            server.clock.advance(by: .seconds(6))
            let arrival = try await mailbox.letter(.newDevice)
            #expect(try await WebBrowser(server).get(arrival.link(.notMe)).status == 200)
        }
    }

    @Test func `everything is ended at once`() async throws {
        try await TestServer.runWithMail { server, _ in
            let (other, tokens) = try await portal.signedIn(server)
            let browser = WebBrowser(server)
            try await signedIn(browser)
            let page = try await browser.get("/account/security")
            #expect(page.text.contains("Signed in"))
            let path = "/account/end-everything"
            let ended = try await browser.submit(["form": try #require(browser.formToken(path))], to: path)
            #expect(ended.status == 200)
            #expect(try await other.get("/account").location == "/sign-in?to=profile")
            #expect(try await browser.get("/account/security").location == "/sign-in?to=security")
            #expect(try await portal.refresh(tokens.json?["refresh_token"]?.stringValue, at: server).status == 400)
        }
    }
}

/// Fails once.
private final class Failures: Sendable {
    private let left = Mutex(1)

    func next() throws {
        let fails = left.withLock { left in
            defer { left -= 1 }
            return left > 0
        }
        if fails { throw InvalidValue("mail server", "it is away") }
    }
}
