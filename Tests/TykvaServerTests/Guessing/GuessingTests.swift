import HTTPTypes
import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// Wrong guesses as people and applications meet them.
@Suite(.serialized, .timeLimit(.minutes(15))) struct GuessingTests {
    private let portal = RelyingParty.trusted

    /// The header by which a trusted proxy names a caller.
    private func from(_ address: String) -> HTTPFields { [.xForwardedFor: address] }

    private func browser(_ server: TestServer, _ address: String) async throws -> WebBrowser {
        let browser = WebBrowser(server)
        browser.headers[.xForwardedFor] = address
        _ = try await browser.get("/sign-in?to=profile")
        return browser
    }

    /// Wrong passwords from so many networks that the account itself is held up for a minute.
    private func lockOut(_ name: String, _ server: TestServer) async throws {
        for number in 0..<36 {
            server.clock.advance(by: .minutes(2))
            let answer = try await server.signIn(name, password: "wrong", headers: from("10.0.\(number).1"))
            try #require(answer.error == "invalid_grant")
        }
    }

    @Test(arguments: Engine.available)
    func `the page says how long to wait and what helps, in the same words for every name`(
        _ engine: Engine
    ) async throws {
        try await TestServer.runWithMail(on: engine) { server, _ in
            var pages: [String] = []
            for name in ["anna", "nobody"] {
                let browser = try await browser(server, "192.0.2.7")
                for _ in 0..<5 { #expect(try await browser.signIn(name, password: "wrong").status == 422) }
                let held = try await browser.signIn(name)
                #expect(held.status == 429)
                #expect(held.headers[.retryAfter] == "1")
                #expect(held.text.contains("Try again in 1 s."))
                #expect(held.text.contains("A browser in which you have signed in before"))
                #expect(held.text.contains("A new password by mail"))
                #expect(!held.setCookies.contains { $0.hasPrefix(BrowserCookie.session.rawValue) })
                browser.headers[.acceptLanguage] = "ru"
                let russian = try await browser.signIn(name)
                #expect(russian.text.contains("Попробуйте снова через 1 с."))
                let token = try #require(browser.formToken())
                pages.append(russian.text.replacing(name, with: "NAME").replacing(token, with: "TOKEN"))
                server.clock.advance(by: .minutes(20))
            }
            #expect(pages[0] == pages[1])
        }
    }

    @Test(arguments: Engine.available)
    func `an answer to a program has a time to wait, and no password is looked at meanwhile`(
        _ engine: Engine
    ) async throws {
        try await TestServer.run(on: engine) { server in
            try await server.addUser("anna")
            var texts: Set<String> = []
            for name in ["anna", "nobody"] {
                for _ in 0..<5 { #expect(try await server.signIn(name, password: "wrong").status == 400) }
                let held = try await server.signIn(name)
                #expect(held.status == 429)
                #expect(held.error == "temporarily_unavailable")
                #expect(held.headers[.retryAfter] == "1")
                #expect(held.headers[.cacheControl] == "no-store")
                texts.insert(held.text)
            }
            #expect(texts.count == 1)
            server.clock.advance(by: .seconds(1))
            #expect(try await server.signIn().status == 200)
            #expect(try await server.signIn(password: "wrong").status == 400)
            #expect(try await server.signIn().status == 200, "the success before has cleared what there was")
        }
    }

    @Test(arguments: Engine.available)
    func `a known browser works through a lockout, whose owner is told at the next sign-in`(
        _ engine: Engine
    ) async throws {
        try await TestServer.runWithMail(on: engine) { server, mailbox in
            let known = try await browser(server, "192.0.2.7")
            #expect(try await known.signIn().status == 303)
            known.forget(BrowserCookie.session.rawValue)
            try await lockOut("anna", server)
            let letter = try await mailbox.letter(.lockout)
            #expect(letter.letter.subject.contains("many wrong passwords"))
            let stranger = try await browser(server, "198.51.100.1")
            #expect(try await stranger.signIn().status == 429)
            _ = try await known.get("/sign-in?to=profile")
            let visit = try await known.signIn()
            #expect(visit.status == 200, "the notice")
            #expect(visit.text.contains("many wrong passwords"))
            #expect(try await known.get("/account/security").text.contains("Many wrong passwords"))
            #expect(mailbox.all.count { $0.letter.subject.contains("many wrong") } == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a new password by mail is the way out of a lockout`(_ engine: Engine) async throws {
        try await TestServer.runWithMail(on: engine) { server, mailbox in
            let old = try await browser(server, "192.0.2.7")
            #expect(try await old.signIn().status == 303)
            try await lockOut("anna", server)
            let owner = try await browser(server, "198.51.100.1")
            #expect(try await owner.signIn().status == 429)
            _ = try await owner.get("/password/forgot")
            _ = try await owner.submit(["username": "anna"])
            _ = try await owner.get(mailbox.letter(.resetRequested).link(.resetPassword))
            let new = "a lantern in the old orchard"
            #expect(try await owner.submit(["new": new, "repeated": new]).status == 200)
            let cookie = try #require(owner.cookies[BrowserCookie.device.rawValue])
            // The strangers begin again at once, and that browser is known already.
            try await lockOut("anna", server)
            _ = try await owner.get("/sign-in?to=profile")
            #expect(try await owner.signIn(password: new).status != 429)
            #expect(owner.cookies[BrowserCookie.device.rawValue] == cookie)
            old.forget(BrowserCookie.session.rawValue)
            _ = try await old.get("/sign-in?to=profile")
            #expect(try await old.signIn(password: new).status == 429, "no browser of before is known any more")
        }
    }

    private func changePassword(in browser: WebBrowser, from current: String) async throws -> Visit {
        _ = try await browser.get("/account/password")
        let token = try #require(browser.formToken("/account/password"))
        let new = "a lantern in the old orchard"
        return try await browser.submit(
            ["current": current, "new": new, "repeated": new, "form": token], to: "/account/password")
    }

    @Test(arguments: Engine.available)
    func `who is signed in may mistype, and is held up for themselves alone`(_ engine: Engine) async throws {
        try await TestServer.runWithMail(on: engine) { server, _ in
            let (browser, _) = try await portal.signedIn(server)
            for _ in 0..<10 { #expect(try await changePassword(in: browser, from: "wrong").status == 422) }
            let held = try await changePassword(in: browser, from: TestServer.password)
            #expect(held.status == 429)
            #expect(held.headers[.retryAfter] == "1")
            #expect(held.text.contains("Try again in 1 s."))
            _ = try await browser.get("/account")
            let token = try #require(browser.formToken("/account/email"))
            let email = ["email": "new@example.com", "current": TestServer.password, "form": token]
            #expect(try await browser.submit(email, to: "/account/email").status == 429)
            #expect(try await server.signIn().status == 200)
            server.clock.advance(by: .seconds(1))
            #expect(
                try await changePassword(in: browser, from: TestServer.password).location == "/account/password?changed"
            )
        }
    }

    @Test(arguments: Engine.available)
    func `an operator sees and ends what holds a person up in their session`(_ engine: Engine) async throws {
        try await TestServer.runWithMail(on: engine) { server, _ in
            let (browser, _) = try await portal.signedIn(server)
            for _ in 0..<10 { #expect(try await changePassword(in: browser, from: "wrong").status == 422) }
            #expect(try await changePassword(in: browser, from: TestServer.password).status == 429)
            let users = UserAdministration(server.database)
            let (name, now) = (try UserName("anna"), server.clock.now)
            #expect(try await users.holdUp(of: name, at: now)?.ownBrowser == now + .seconds(1))
            try await users.unlock(name, at: now)
            #expect(try await users.holdUp(of: name, at: now)?.ownBrowser == nil)
            #expect(
                try await changePassword(in: browser, from: TestServer.password).location == "/account/password?changed"
            )
        }
    }
}
