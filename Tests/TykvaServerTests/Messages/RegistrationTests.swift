import Foundation
import HTTPTypes
import OAuth
import Storage
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized, .timeLimit(.minutes(15))) struct RegistrationTests {
    private static let password = "a lantern in the old orchard"
    private let portal = RelyingParty.trusted

    private static func fields(_ changes: [String: String] = [:]) -> [String: String] {
        [
            "email": "nora@example.com", "name": "Nora Field", "new": password, "repeated": password,
        ].merging(changes) { $1 }
    }

    private static func run(
        domains: [String] = [], _ body: @Sendable (TestServer, Mailbox) async throws -> Void
    ) async throws {
        try await TestServer.runWithMail(configure: { $0.registration = try Registration(domains: domains) }, body)
    }

    @Test func `who follows the link has an account, and goes on where they were`() async throws {
        try await Self.run { server, mailbox in
            let browser = WebBrowser(server)
            browser.headers[.acceptLanguage] = "ru"
            _ = try await browser.follow(browser.get(portal.address()))
            let link = try #require(
                browser.page.components(separatedBy: "href=\"/register?").dropFirst().first?
                    .components(separatedBy: "\"").first?.replacing("&amp;", with: "&"))
            #expect(try await browser.get("/register?\(link)").text.contains("Portal"))
            let sent = try await browser.submit(Self.fields())
            #expect(sent.status == 200)
            #expect(sent.text.contains("Проверьте почту"))
            let letter = try await mailbox.registration()
            #expect(letter.address.text == "nora@example.com")
            #expect(letter.letter.languageTag == "ru")
            #expect(try await server.signIn("nora@example.com", password: Self.password).error == "invalid_grant")
            // A program that opens the link by itself makes nothing.
            let phone = WebBrowser(server)
            #expect(try await phone.get(letter.link(.register)).status == 200)
            #expect(try await server.events(.userRegistered).isEmpty)
            let done = try await phone.submit([:])
            #expect(done.status == 200)
            #expect(try await phone.get(letter.link(.register)).status == 410)
            let event = try #require(try await server.events(.userRegistered).first)
            #expect(event.id == letter.message.event)
            let next = try #require(
                done.text.components(separatedBy: "href=\"/authorize?").dropFirst().first?
                    .components(separatedBy: "\"").first?.replacing("&amp;", with: "&"))
            _ = try await browser.follow(browser.get("/authorize?\(next)"))
            let back = try await browser.signIn("nora@example.com", password: Self.password)
            let tokens = try await portal.redeem(back.parameter("code"), at: server)
            #expect(tokens.status == 200)
            let account = try #require(
                try await UserAdministration(server.database).find(UserName("NORA@example.com"))?.account)
            #expect(account.provedEmail?.text == "nora@example.com")
            #expect((account.displayName, account.language) == ("Nora Field", "ru"))
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
                (["repeated": "something else than that"], "differ"),
                (["new": "short", "repeated": "short"], "too short"),
                (["new": "nora@example.com nora", "repeated": "nora@example.com nora"], "own names"),
                (["form": "x"], "open for a long time"),
            ]
            for (change, words) in changes {
                _ = try await browser.get("/register")
                let answer = try await browser.submit(Self.fields(change), to: "/register")
                #expect(answer.status == 422, "\(change)")
                #expect(answer.text.contains(words), "\(change)")
                #expect(!answer.text.contains(Self.password))
            }
            _ = try await browser.get("/register")
            let foreign = try await browser.submit(Self.fields(), with: [.secFetchSite: "cross-site"])
            #expect(foreign.status == 403)
            try await mailbox.quiet()
            #expect(mailbox.all.isEmpty)
            _ = try await browser.get("/register")
            let page = try await browser.submit(Self.fields(["name": "<script>\"x", "repeated": "y"]))
            #expect(!page.text.contains("<script>"))
            #expect(page.text.contains("&lt;script&gt;&quot;x"))
        }
    }

    @Test func `a link is dead after half an hour, for another purpose, and when the address is taken`() async throws {
        try await Self.run { server, mailbox in
            let browser = WebBrowser(server)
            func ask() async throws {
                _ = try await browser.get("/register")
                #expect(try await browser.submit(Self.fields()).status == 200)
            }
            try await ask()
            let first = try await mailbox.registration()
            let value = try #require(try first.link(.register).components(separatedBy: "link=").last)
            for purpose in LinkPurpose.ofAccounts {
                #expect(try await browser.get("\(purpose.page)?link=\(value)").status == 410)
            }
            #expect(try await browser.get("/register/confirm?link=\(value)x").status == 410)
            #expect(try await browser.get("/register/confirm").status == 410)
            server.clock.advance(by: .minutes(30))
            #expect(try await browser.get(first.link(.register)).status == 410)
            try await ask()
            let second = try await mailbox.registration(count: 2)
            _ = try await browser.get(second.link(.register))
            try await server.addUser("nora@example.com")
            let late = try await browser.submit([:])
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
    /// The newest letter to somebody who wants an account, when it comes within ten seconds.
    func registration(count: Int = 1) async throws -> Arrival {
        for _ in 0..<200 {
            let found = all.filter { RegistrationMessage(payload: $0.message.payload) != nil }
            if found.count >= count, let last = found.last { return last }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("no letter of a registration came; there are \(all.map(\.letter.subject))")
        throw CancellationError()
    }
}
