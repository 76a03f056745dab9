import Foundation
import HTTPTypes
import OAuth
import Secrets
import Storage
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized, .timeLimit(.minutes(15))) struct RegistrationTests {
    private static let password = "a lantern in the old orchard"
    private let portal = RelyingParty.trusted

    private static func fields(_ changes: [String: String] = [:]) -> [String: String] {
        ["email": "nora@example.com", "name": "Nora Field"].merging(changes) { $1 }
    }

    private static func chosen(_ password: String = password, again: String? = nil) -> [String: String] {
        ["new": password, "repeated": again ?? password]
    }

    private static func run(
        on engine: Engine = .sqlite, domains: [String] = [],
        _ body: @Sendable (TestServer, Mailbox) async throws -> Void
    ) async throws {
        try await TestServer.runWithMail(
            on: engine, configure: { $0.registration = try Registration(domains: domains) }, body)
    }

    /// Somebody asks for an account for an address, and what comes there.
    private static func ask(
        with changes: [String: String] = [:], in browser: WebBrowser? = nil, _ server: TestServer, _ mailbox: Mailbox,
        count: Int = 1
    ) async throws -> Mailbox.Arrival {
        let browser = browser ?? WebBrowser(server)
        _ = try await browser.get("/register")
        #expect(try await browser.submit(fields(changes)).status == 200)
        return try await mailbox.registration(count: count)
    }

    /// The addresses on a page that lead to a path of ours.
    private static func way(_ path: String, on page: String) throws -> String {
        let rest = page.components(separatedBy: "href=\"\(path)?").dropFirst().first
        return try path + "?"
            + #require(rest?.components(separatedBy: "\"").first?.replacing("&amp;", with: "&"))
    }

    @Test(arguments: Engine.available)
    func `who follows the link chooses a password, has an account, and goes on where they were`(
        _ engine: Engine
    ) async throws {
        try await Self.run(on: engine) { server, mailbox in
            let browser = WebBrowser(server)
            browser.headers[.acceptLanguage] = "ru"
            _ = try await browser.follow(browser.get(portal.address()))
            let asked = try await browser.get(Self.way("/register", on: browser.page))
            #expect(asked.text.contains("Portal"))
            #expect(!asked.text.contains("type=\"password\""), "it is chosen by whoever reads the mail")
            let sent = try await browser.submit(Self.fields())
            #expect(sent.status == 200)
            #expect(sent.text.contains("Проверьте почту"))
            let letter = try await mailbox.registration()
            #expect(letter.address.text == "nora@example.com")
            #expect(letter.letter.languageTag == "ru")
            // A program that opens the link by itself makes nothing.
            let phone = WebBrowser(server)
            let page = try await phone.get(letter.link(.register))
            #expect(page.status == 200)
            #expect(page.text.contains("nora@example.com"))
            #expect(try await server.events(.userRegistered).isEmpty)
            let done = try await phone.submit(Self.chosen())
            #expect(done.status == 200)
            #expect(try await phone.get(letter.link(.register)).status == 410)
            let event = try #require(try await server.events(.userRegistered).first)
            #expect(event.id == letter.message.event)
            let account = try #require(
                try await UserAdministration(server.database).find(UserName("NORA@example.com"))?.account)
            #expect(account.provedEmail?.text == "nora@example.com")
            #expect((account.displayName, account.language) == ("Nora Field", "ru"))
            // The browser is known before anybody has signed in.
            let cookie = try #require(phone.cookies["__Host-tykva-device"])
            let device = try #require(OneTimeValue(presented: cookie)).hash
            #expect(try await server.database.once(.devices(of: account.id, limit: 9)).map(\.id) == [device])
            _ = try await phone.follow(phone.get(Self.way("/authorize", on: done.text)))
            let back = try await phone.signIn("nora@example.com", password: Self.password)
            #expect(try await portal.redeem(back.parameter("code"), at: server).status == 200)
            try await mailbox.quiet()
            #expect(mailbox.all.count == 1, "no letter of a new browser")
        }
    }

    @Test(arguments: Engine.available)
    func `whoever asks and does not read the mail has nothing of the account`(_ engine: Engine) async throws {
        try await Self.run(on: engine) { server, mailbox in
            let stranger = WebBrowser(server)
            let theirs = "a password that a stranger chose"
            let wish = Self.chosen(theirs).merging(["name": "Read http://evil.example"]) { $1 }
            let letter = try await Self.ask(with: wish, in: stranger, server, mailbox)
            #expect(!letter.letter.text.contains("evil"), "their words do not go to somebody else")
            #expect(!letter.letter.html.contains("evil"))
            #expect(!letter.letter.subject.contains("evil"))
            func isKnown(_ password: String) async throws -> Bool {
                try await server.signIn("nora@example.com", password: password).status == 200
            }
            #expect(try await !isKnown(theirs), "there is no account")
            #expect(try await UserAdministration(server.database).find(UserName("nora@example.com")) == nil)
            // Nor by any address of ours that does not have the link's value.
            _ = try await stranger.get("/register")
            let form = try #require(stranger.formToken())
            for path in [
                "/register/confirm", "/register/confirm?link=", "/register/confirm?link=\(letter.message.event)",
            ] {
                #expect(
                    try await stranger.submit(Self.chosen(theirs).merging(["form": form]) { $1 }, to: path).status
                        == 410)
            }

            let nora = WebBrowser(server)
            _ = try await nora.get(letter.link(.register))
            #expect(try await nora.submit(Self.chosen()).status == 200)
            #expect(try await isKnown(Self.password))
            #expect(try await !isKnown(theirs))
            _ = try await stranger.get("/sign-in?to=profile")
            #expect(try await stranger.signIn("nora@example.com", password: theirs).status == 422)
            // Neither can they choose another now.
            #expect(try await stranger.get(letter.link(.register)).status == 410)
            let used = try #require(OneTimeValue(presented: Self.value(letter), prefix: .link)).hash
            #expect(try await server.database.once(.registration(link: used, at: server.clock.now)) == nil)
        }
    }

    private static func value(_ letter: Mailbox.Arrival) throws -> String {
        try #require(try letter.link(.register).components(separatedBy: "link=").last)
    }

    @Test func `the rules of new passwords hold, and the link stays good until one is taken`() async throws {
        try await Self.run { server, mailbox in
            let letter = try await Self.ask(server, mailbox)
            let browser = WebBrowser(server)
            let refused: [([String: String], Int, String)] = [
                (Self.chosen(again: "something else than that"), 422, "differ"),
                (Self.chosen("short"), 422, "too short"), (Self.chosen("Nora Field Nora Field"), 422, "own names"),
                (Self.chosen("nora@example.com nora"), 422, "own names"), (["form": "x"], 200, "nora@example.com"),
            ]
            for (fields, status, words) in refused {
                _ = try await browser.get(letter.link(.register))
                let answer = try await browser.submit(fields, to: letter.link(.register))
                #expect(answer.status == status, "\(fields)")
                #expect(answer.text.contains(words), "\(fields)")
                #expect(try await server.events(.userRegistered).isEmpty)
            }
            let foreign = try await browser.submit(Self.chosen(), with: [.secFetchSite: "cross-site"])
            #expect(foreign.status == 403)
            _ = try await browser.get(letter.link(.register))
            #expect(try await browser.submit(Self.chosen()).status == 200)
        }
    }

    @Test(arguments: Engine.available)
    func `dead links are counted by network, as those of other letters are`(_ engine: Engine) async throws {
        try await Self.run(on: engine) { server, mailbox in
            let letter = try await Self.ask(server, mailbox)
            let evil = WebBrowser(server)
            evil.headers[.xForwardedFor] = "203.0.113.7"
            func guess(_ path: String) async throws -> Visit {
                try await evil.get("\(path)?link=\(OneTimeValue.random(.link).revealedText())")
            }
            for _ in 0..<25 {
                #expect(try await guess("/register/confirm").status == 410)
                #expect(try await guess("/password/new").status == 410)
            }
            let held = try await guess("/register/confirm")
            #expect(held.status == 429)
            #expect(held.headers[.retryAfter] == "60")
            #expect(try await evil.get(letter.link(.register)).status == 200, "a good one is never refused")
            let nora = WebBrowser(server)
            nora.headers[.xForwardedFor] = "192.0.2.7"
            #expect(try await nora.get(letter.link(.register)).status == 200)
        }
    }

    @Test func `every address has the same answer, and its owner alone hears more`() async throws {
        try await Self.run { server, mailbox in
            try await server.addUser("boris@example.com")
            var answers: Set<String> = []
            for email in ["nora@example.com", "nora@example.com", "ANNA@example.com", "boris@example.com"] {
                let browser = WebBrowser(server)
                _ = try await browser.get("/register")
                let sent = try await browser.submit(Self.fields(["email": email, "name": ""]))
                #expect(sent.status == 200)
                answers.insert(sent.text)
            }
            #expect(answers.count == 1)
            let told = try await mailbox.letter(.alreadyRegistered)
            #expect(told.address.text == "anna@example.com")
            #expect(told.letter.text.contains("\(TestServer.issuer)/sign-in\n"))
            #expect(!told.letter.text.contains("link="))
            _ = try await mailbox.registration()
            try await mailbox.quiet()
            #expect(mailbox.all.count == 2, "once for nora, and nothing for a name without a proved address")
            #expect(try await server.events(.registrationRequested).map(\.user) == [server.user("anna")])
        }
    }

    @Test func `what does not do is told on the page, and nothing is sent`() async throws {
        try await Self.run(domains: ["Example.com"]) { server, mailbox in
            let browser = WebBrowser(server)
            let changes: [([String: String], String)] = [
                (["email": "nora"], "not an e-mail address"),
                (["email": "nörä@example.com"], "not an e-mail address"),
                (["email": "nora@example.org"], "these domains can have an account here: example.com"),
                (["email": "nora@example.com@example.com"], "not an e-mail address"),
                (["email": "nora@sub.example.com"], "these domains"),
                (["name": "N\u{202E}x"], "cannot be shown"),
                (["name": String(repeating: "x", count: 257)], "too long"),
                (["form": "x"], "open for a long time"),
            ]
            for (change, words) in changes {
                _ = try await browser.get("/register")
                let answer = try await browser.submit(Self.fields(change), to: "/register")
                #expect(answer.status == 422, "\(change)")
                #expect(answer.text.contains(words), "\(change)")
            }
            _ = try await browser.get("/register")
            let foreign = try await browser.submit(Self.fields(), with: [.secFetchSite: "cross-site"])
            #expect(foreign.status == 403)
            try await mailbox.quiet()
            #expect(mailbox.all.isEmpty)
            _ = try await browser.get("/register")
            let page = try await browser.submit(Self.fields(["name": "<script>\"x", "email": "y"]))
            #expect(!page.text.contains("<script>"))
            #expect(page.text.contains("&lt;script&gt;&quot;x"))
        }
    }

    @Test func `a link is dead after half an hour, for another purpose, and when the address is taken`() async throws {
        try await Self.run { server, mailbox in
            let browser = WebBrowser(server)
            let first = try await Self.ask(server, mailbox)
            let value = try Self.value(first)
            for purpose in LinkPurpose.ofAccounts {
                #expect(try await browser.get("\(purpose.page)?link=\(value)").status == 410)
            }
            #expect(try await browser.get("/register/confirm?link=\(value)x").status == 410)
            #expect(try await browser.get("/register/confirm").status == 410)
            server.clock.advance(by: .minutes(30))
            #expect(try await browser.get(first.link(.register)).status == 410)
            let second = try await Self.ask(server, mailbox, count: 2)
            _ = try await browser.get(second.link(.register))
            try await server.addUser("nora@example.com")
            let late = try await browser.submit(Self.chosen())
            #expect(late.status == 409)
            #expect(try await server.signIn("nora@example.com").status == 200, "hers is as it was")
            #expect(try await browser.get(second.link(.register)).status == 410)
        }
    }

    @Test func `where it is off there is no page and no link, and without mail no start`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let browser = WebBrowser(server)
            #expect(try await browser.get("/register").status == 404)
            #expect(try await !browser.get("/sign-in").text.contains("/register"))
            let form = try #require(browser.formToken())
            #expect(try await browser.submit(Self.fields(["form": form]), to: "/register").status == 404)
            try await mailbox.quiet()
            #expect(mailbox.all.isEmpty)
        }
        await #expect(throws: InvalidValue.self) {
            try await TestServer.run(configure: { $0.registration = try Registration() }) { _ in }
        }
    }

    @Test(arguments: ["", "example .com", "example", "@example.com", "exämple.com", ".example.com", "a@b.com"])
    func `domains that are none are refused`(_ domain: String) {
        #expect(throws: InvalidValue.self) { try Registration(domains: ["example.com", domain]) }
    }
}

extension Mailbox {
    /// The newest letter to somebody who wants an account.
    func registration(count: Int = 1) async throws -> Arrival {
        try await letter(count: count) { RegistrationMessage(payload: $0.payload) != nil }
    }
}
