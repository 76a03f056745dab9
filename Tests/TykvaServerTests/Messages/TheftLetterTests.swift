import Foundation
import HTTPTypes
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized, .timeLimit(.minutes(15))) struct TheftLetterTests {
    private let portal = RelyingParty.trusted

    /// Owner and thief each use the token; the owner's next use is one too late.
    private func steal(_ server: TestServer, generationsBehind: Int = 2) async throws -> WebBrowser {
        let (browser, tokens) = try await portal.signedIn(server)
        let stolen = tokens.json?["refresh_token"]?.stringValue
        var current = stolen
        for _ in 0..<generationsBehind {
            server.clock.advance(by: .minutes(2))
            current = try await portal.refresh(current, at: server).json?["refresh_token"]?.stringValue
        }
        server.clock.advance(by: .minutes(2))
        #expect(try await portal.refresh(stolen, at: server).error == "invalid_grant")
        return browser
    }

    @Test func `the owner of a copied token is told what happened, where, and what was done`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            _ = try await steal(server)
            let arrival = try await mailbox.letter(.theft)
            #expect(arrival.address.text == "anna@example.com")
            let text = arrival.letter.text
            #expect(text.contains("Somebody has used a copy of your sign-in in Portal."))
            #expect(text.contains("with every application that you entered with it"))
            #expect(text.contains("Used before:"))
            #expect(text.contains("Used again:"))
            #expect(text.contains("This was not me: sign me out everywhere"))
            #expect(!text.contains("tkvr_"))
            for purpose in [LinkPurpose.allIsWell, .notMe] {
                #expect(arrival.letter.html.contains(try arrival.link(purpose)))
            }
        }
    }

    @Test func `a late replay says that an answer may have been lost`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            _ = try await steal(server, generationsBehind: 1)
            let text = try await mailbox.letter(.theft).letter.text
            #expect(text.contains("Either a device of yours lost an answer and tried again too late"))
            #expect(text.contains("We have ended that sign-in in this application"))
        }
    }

    @Test func `not me ends everything and gives a new password; afterwards every link is dead`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let (elsewhere, others) = try await portal.signedIn(server)
            _ = try await steal(server)
            let arrival = try await mailbox.letter(.theft)
            let phone = WebBrowser(server)
            let page = try await phone.get(arrival.link(.notMe))
            #expect(page.status == 200)
            #expect(try await elsewhere.get("/account").status == 200, "opening a link does nothing")
            let choose = try await phone.follow(phone.submit([:]))
            #expect(choose.status == 200)
            #expect(try await elsewhere.get("/account").location == "/sign-in?to=profile")
            let refreshed = try await portal.refresh(others.json?["refresh_token"]?.stringValue, at: server)
            #expect(refreshed.error == "invalid_grant")
            let other = try await WebBrowser(server).get(arrival.link(.allIsWell))
            #expect(other.status == 410, "only one of the two answers")

            #expect(try await server.signIn().error == "invalid_grant", "the stolen password is good for nothing now")
            let new = "a lantern in the old orchard"
            let form = try #require(phone.formAction())
            _ = try await phone.submit(["new": "short", "repeated": "short"])
            #expect(phone.page.contains("too short"))
            let done = try await phone.submit(["new": new, "repeated": new])
            #expect(done.status == 200)
            #expect(try await phone.get(form).status == 410)
            #expect(try await server.signIn().error == "invalid_grant")
            #expect(try await server.signIn(password: new).status == 200)
            #expect(try await mailbox.letter(.passwordReset).address.text == "anna@example.com")
            let answered = try await server.database.once(.notices(of: server.user("anna"), limit: 9))
            #expect(answered.first { $0.kind == .theft }?.answer == .notMine)
        }
    }

    @Test func `all is well is noted once, and ends nothing`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            let browser = try await steal(server, generationsBehind: 1)
            let arrival = try await mailbox.letter(.theft)
            _ = try await browser.get(arrival.link(.allIsWell))
            #expect(try await browser.submit([:]).status == 200)
            #expect(try await browser.get("/account").status == 200)
            #expect(try await browser.get(arrival.link(.allIsWell)).status == 410)
            #expect(try await browser.get(arrival.link(.notMe)).status == 410)
            let answered = try await server.database.once(.notices(of: server.user("anna"), limit: 9))
            #expect(answered.first { $0.kind == .theft }?.answer == .mine)
            #expect(try await server.events(.confirmedByPerson).count == 1)
        }
    }

    @Test func `links are dead after a day, after a change of password, and for other purposes`() async throws {
        try await TestServer.runWithMail { server, mailbox in
            _ = try await steal(server)
            let first = try await mailbox.letter(.theft)
            let browser = WebBrowser(server)
            let value = try #require(try first.link(.notMe).components(separatedBy: "link=").last)
            #expect(try await browser.get("/password/new?link=\(value)").status == 410)
            #expect(try await browser.get("/messages/not-me?link=\(value)x").status == 410)
            #expect(try await browser.get("/messages/not-me").status == 410)
            server.clock.advance(by: .hours(24))
            #expect(try await browser.get(first.link(.notMe)).status == 410)
            let again = try Tokens(await server.signIn())
            for _ in 0..<2 {
                server.clock.advance(by: .minutes(2))
                _ = try await server.refresh(again.refreshToken)
            }
            let second = try await mailbox.letter(.theft, count: 2)
            #expect(try await browser.get(second.link(.notMe)).status == 200)
            _ = try await UserAdministration(server.database).change(
                UserName("anna"), UserChange(email: .set(EmailAddress("other@example.com"))), at: server.clock.now)
            #expect(try await browser.get(second.link(.notMe)).status == 410)
            #expect(try await mailbox.letter(.emailChanged, count: 1).address.text == "anna@example.com")
        }
    }

    @Test func `after the next sign-in a page tells the same, until it was seen in a known browser`() async throws {
        try await TestServer.runWithMail { server, _ in
            let browser = try await steal(server)
            browser.forget(BrowserCookie.session.rawValue)
            server.clock.advance(by: .seconds(1))
            // Whoever has the password alone comes with another browser.
            for _ in 0..<2 {
                let thief = WebBrowser(server)
                _ = try await thief.follow(thief.get(portal.address()))
                #expect(try await thief.signIn().text.contains("Somebody has used a copy"))
                _ = try await thief.get("/account/security")
            }
            _ = try await browser.follow(browser.get(portal.address()))
            let told = try await browser.signIn()
            #expect(told.status == 200)
            #expect(told.text.contains("Somebody has used a copy of your sign-in in Portal."))
            let next = try #require(
                told.text.components(separatedBy: "class=\"button\" href=\"").last?
                    .components(separatedBy: "\"").first?.replacing("&amp;", with: "&"))
            #expect(try await browser.get(next).parameter("code") != nil)
            let security = try await browser.get("/account/security")
            #expect(security.text.contains("Somebody has used a copy"))
            let other = WebBrowser(server)
            _ = try await other.follow(other.get(portal.address()))
            #expect(try await other.signIn().parameter("code") != nil, "what was seen is not shown again")
        }
    }
}
