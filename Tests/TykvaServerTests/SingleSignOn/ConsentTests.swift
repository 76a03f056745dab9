import Foundation
import HTTPTypes
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized) struct ConsentTests {
    private let shop = RelyingParty.other

    @Test func `who denies sends the application away, and is asked again`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            _ = try await browser.follow(browser.get(shop.address()))
            _ = try await browser.follow(browser.signIn())
            let denied = try await browser.submit(["decision": "deny"])
            #expect(denied.parameter("error") == "access_denied")
            #expect(denied.parameter("code") == nil)
            #expect(try await browser.get(shop.address(["prompt": "none"])).parameter("error") == "consent_required")
        }
    }

    @Test func `who denies in one tab what was allowed in another gives nothing there`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            _ = try await browser.follow(browser.get(shop.address()))
            let page = try await browser.follow(browser.signIn())
            #expect(page.status == 200)
            let token = try #require(browser.formToken())
            #expect(try await browser.submit(["decision": "allow"]).parameter("code") != nil)
            let denied = try await browser.submit(["decision": "deny", "form": token])
            #expect(denied.parameter("error") == "access_denied")
            #expect(denied.parameter("code") == nil)
        }
    }

    @Test func `a pushed request is answered once, by a refusal too`() async throws {
        try await TestServer.runSingleSignOn { server in
            let pushed = try await server.post(
                "/par", raw: shop.request(), headers: TestServer.basic("shop", RelyingParty.secret))
            let uri = try #require(pushed.json?["request_uri"]?.stringValue)
            let address = "/authorize?client_id=shop&request_uri=\(percentEncoded(uri))"
            let browser = WebBrowser(server)
            _ = try await browser.follow(browser.get(address))
            _ = try await browser.follow(browser.signIn())
            #expect(try await browser.submit(["decision": "deny"]).parameter("error") == "access_denied")
            let again = try await browser.get(address)
            #expect(again.status == 400)
            #expect(again.location == nil)
        }
    }

    @Test func `more than was agreed to is asked for`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, _) = try await shop.signedIn(server, ["scope": "openid"])
            #expect(try await browser.get(shop.address(["scope": "openid"])).parameter("code") != nil)
            let more = try await browser.get(shop.address(["scope": "openid email"]))
            #expect(more.location?.hasPrefix("/consent") == true)
            let claim = try await browser.get(
                shop.address(["scope": "openid", "claims": #"{"userinfo":{"email":null}}"#]))
            #expect(claim.location?.hasPrefix("/consent") == true)
        }
    }

    @Test func `a form of another person's session is refused`() async throws {
        try await TestServer.runSingleSignOn { server in
            try await server.addUser("boris")
            let browser = WebBrowser(server)
            _ = try await browser.follow(browser.get(shop.address()))
            _ = try await browser.follow(browser.signIn())
            let other = WebBrowser(server)
            _ = try await other.follow(other.get(shop.address()))
            _ = try await other.follow(other.signIn("boris"))
            let token = try #require(browser.formToken())
            #expect(try await other.submit(["decision": "allow", "form": token]).status == 400)
        }
    }

    @Test func `a withdrawal ends what the application has, and it must ask again`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, tokens) = try await shop.signedIn(server)
            let pending = try await browser.get(shop.address()).parameter("code")
            let page = try await browser.get("/account/consents")
            #expect(page.text.contains("Shop"))
            let action = "/account/consents/withdraw"
            let token = try #require(browser.formToken(action))
            let done = try await browser.submit(["client": "shop", "form": token], to: action)
            #expect(done.location == "/account/consents?withdrawn")
            let refresh = try await shop.refresh(tokens.json?["refresh_token"]?.stringValue, at: server)
            #expect(refresh.error == "invalid_grant")
            #expect(try await shop.redeem(pending, at: server).error == "invalid_grant")
            #expect(try await browser.get(shop.address()).location?.hasPrefix("/consent") == true)
        }
    }

    @Test func `the page names the application, its address, and what it gets; and nothing unescaped`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            let address = shop.address(["state": "<script>alert(1)</script>", "scope": "openid email offline_access"])
            _ = try await browser.follow(browser.get(address))
            let page = try await browser.follow(browser.signIn())
            for text in ["Shop", "shop.example.com"] { #expect(page.text.contains(text)) }
            #expect(!page.text.contains("<script"))
            #expect(
                page.headers[.contentSecurityPolicy]?.contains("form-action 'self' https://shop.example.com") == true)
        }
    }
}
