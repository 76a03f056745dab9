import Foundation
import HTTPTypes
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized) struct SignInTests {
    private let portal = RelyingParty.trusted
    private static let session = BrowserCookie.session.rawValue

    @Test func `a wrong password and an unknown user look alike, and the next try goes on`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            _ = try await browser.follow(browser.get(portal.address()))
            let wrong = try await browser.signIn(password: "nothing that anybody has")
            let unknown = try await browser.signIn("nobody")
            #expect(wrong.status == 422)
            #expect(unknown.status == 422)
            #expect(wrong.text.replacing("anna", with: "nobody") == unknown.text)
            #expect(try await browser.signIn().parameter("code") != nil)
        }
    }

    @Test func `each sign-in has a cookie of its own, and only the newest opens the session`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, _) = try await portal.signedIn(server)
            let thief = WebBrowser(server)
            thief.steal(Self.session, from: browser)
            #expect(try await thief.get("/account").status == 200)
            server.clock.advance(by: .seconds(1))
            _ = try await browser.follow(browser.get(portal.address(["prompt": "login"])))
            #expect(try await browser.signIn().parameter("code") != nil)
            #expect(try await thief.get("/account").location == "/sign-in?to=profile")
            #expect(try await browser.get("/account").status == 200)
        }
    }

    @Test func `cookies are for this host, TLS and http alone`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            _ = try await browser.follow(browser.get(portal.address()))
            let visit = try await browser.signIn()
            for cookie in visit.setCookies {
                #expect(cookie.hasPrefix("__Host-"))
                for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
                    #expect(cookie.contains(attribute))
                }
                #expect(!cookie.contains("Domain"))
            }
            #expect(visit.headers[.cacheControl] == "no-store")
        }
    }

    @Test func `a form of another site, or without its cookie or token, signs nobody in`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            _ = try await browser.follow(browser.get(portal.address()))
            let pair = ["username": "anna", "password": TestServer.password]
            for headers in [
                [.secFetchSite: "cross-site"], [.secFetchSite: "same-site"], [.origin: "https://evil.example.com"],
                [.origin: "null"],
            ] as [HTTPFields] {
                #expect(try await browser.submit(pair, with: headers).status == 403)
                _ = try await browser.follow(browser.get(portal.address()))
            }
            let wrongToken = try await browser.submit(pair.merging(["form": "x"]) { $1 })
            #expect(wrongToken.status == 422)
            let good = WebBrowser(server)
            _ = try await good.follow(good.get(portal.address()))
            good.forget(BrowserCookie.form.rawValue)
            #expect(try await good.signIn().status == 422)
            #expect(try await server.events(.signInSucceeded).isEmpty)
        }
    }

    @Test func `a page that is an hour old is told so, and leads on to the same application`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            _ = try await browser.follow(browser.get(portal.address()))
            server.clock.advance(by: .seconds(3601))
            #expect(try await browser.signIn().status == 422)
            #expect(try await browser.signIn().parameter("code") != nil)
        }
    }

    @Test func `prompt=login asks once, max_age=0 too`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, _) = try await portal.signedIn(server)
            for change in [["prompt": "login"], ["max_age": "0"]] as [[String: String?]] {
                server.clock.advance(by: .seconds(5))
                let asked = try await browser.follow(browser.get(portal.address(change)))
                #expect(asked.status == 200)
                let code = try await browser.signIn().parameter("code")
                let claims = try IDToken(await portal.redeem(code, at: server))
                #expect(claims["auth_time"]?.integerValue == server.clock.now.seconds)
            }
        }
    }

    @Test func `whoever has signed in meanwhile is led on, unless it is to be proved again`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            let first = try #require(try await browser.get(portal.address()).location)
            let proved = try #require(try await browser.get(portal.address(["prompt": "login"])).location)
            server.clock.advance(by: .seconds(1))
            _ = try await browser.follow(browser.get("/account"))
            _ = try await browser.signIn()
            #expect(try await browser.get(first).parameter("code") != nil)
            #expect(try await browser.get(proved).parameter("code") != nil)
            server.clock.advance(by: .minutes(6))
            #expect(try await browser.get(first).parameter("code") != nil)
            let form = try await browser.get(proved)
            #expect(form.status == 200, "a sign-in of long ago proves nothing")
            #expect(form.text.contains("anna"))
        }
    }

    @Test func `a ticket is of no use in another browser`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, other) = (WebBrowser(server), WebBrowser(server))
            let address = try #require(try await browser.get(portal.address()).location)
            _ = try await other.follow(other.get("/account"))
            #expect(try await other.get(address).location?.hasPrefix("/authorize?") == true)
            #expect(try await browser.get(address).status == 200)
        }
    }

    @Test func `the account page that was wanted comes after the sign-in`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            for (path, place) in [("/account/sessions", "/account/sessions"), ("/account", "/account")] {
                _ = try await browser.follow(browser.get(path))
                #expect(try await browser.signIn().location == place)
                browser.forget(Self.session)
            }
            #expect(try await browser.get("/sign-in?to=https://evil.example.com").status == 400)
        }
    }

    @Test func `an altered ticket counts for nothing`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, _) = try await portal.signedIn(server)
            let visit = try await browser.get(portal.address(["prompt": "login"]))
            let location = try #require(visit.location)
            let mark = try #require(location.range(of: "&tykva_ticket="))
            let ticket = location[mark.lowerBound...]
            let other = "/sign-in?\(portal.request(["prompt": "login", "state": "another"]))\(ticket)"
            #expect(try await browser.get(other).location?.hasPrefix("/authorize?") == true)
            #expect(try await browser.get(portal.address() + ticket).parameter("code") != nil)
            #expect(
                try await browser.get(portal.address(["prompt": "login"]) + ticket).location?.hasPrefix("/sign-in")
                    == true)
        }
    }

    @Test func `an account is chosen, or another signs in and the former is signed out`() async throws {
        try await TestServer.runSingleSignOn { server in
            try await server.addUser("boris")
            let (browser, tokens) = try await portal.signedIn(server)
            server.clock.advance(by: .seconds(1))
            let select = portal.address(["prompt": "select_account"])
            _ = try await browser.follow(browser.get(select))
            #expect(try await browser.submit(["account": "current"]).parameter("code") != nil)
            _ = try await browser.follow(browser.get(select))
            let other = try await browser.follow(browser.submit(["account": "other"]))
            #expect(other.status == 200)
            #expect(try await browser.signIn("boris").parameter("code") != nil)
            #expect(try await browser.get("/account").text.contains("boris"))
            let ended = try await portal.refresh(tokens.json?["refresh_token"]?.stringValue, at: server)
            #expect(ended.error == "invalid_grant", "anna's sign-in in this browser is over")
        }
    }

    @Test func `a session ends when it is idle, and at last in any case`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, tokens) = try await portal.signedIn(server)
            for _ in 0..<3 {
                server.clock.advance(by: .hours(11))
                #expect(try await browser.get("/account").status == 200)
            }
            server.clock.advance(by: .hours(12))
            #expect(try await browser.get("/account").location == "/sign-in?to=profile")
            let refreshed = try await portal.refresh(tokens.json?["refresh_token"]?.stringValue, at: server)
            #expect(refreshed.status == 200, "a browser's idle session does not sign an application out")
        }
    }
}
