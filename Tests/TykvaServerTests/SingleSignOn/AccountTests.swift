import Foundation
import HTTPTypes
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized) struct AccountTests {
    private let portal = RelyingParty.trusted

    @Test func `whoever is not signed in signs in first, and comes to their account`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            #expect(try await browser.get("/").location == "/account")
            _ = try await browser.follow(browser.get("/account"))
            #expect(try await browser.signIn().location == "/account")
            let profile = try await browser.get("/account")
            #expect(profile.text.contains("anna"))
            #expect(profile.text.contains("reader"))
            #expect(try await browser.get("/.well-known/change-password").location == "/account/password")
        }
    }

    @Test func `a new password ends every other session`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (here, tokens) = try await portal.signedIn(server)
            let (there, others) = try await portal.signedIn(server)
            let new = "pumpkin lantern candle"
            func change(_ current: String, _ first: String, _ second: String) async throws -> Visit {
                _ = try await here.get("/account/password")
                let token = try #require(here.formToken("/account/password"))
                return try await here.submit(
                    ["current": current, "new": first, "repeated": second, "form": token], to: "/account/password")
            }
            #expect(try await change("wrong wrong wrong", new, new).status == 422)
            #expect(try await change(TestServer.password, new, new + "x").status == 422)
            #expect(try await change(TestServer.password, "short", "short").status == 422)
            #expect(try await change(TestServer.password, new, new).location == "/account/password?changed")
            #expect(try await here.get("/account").status == 200)
            #expect(try await there.get("/account").location == "/sign-in?to=profile")
            #expect(try await portal.refresh(tokens.json?["refresh_token"]?.stringValue, at: server).status == 200)
            let ended = try await portal.refresh(others.json?["refresh_token"]?.stringValue, at: server)
            #expect(ended.error == "invalid_grant")
            #expect(try await server.signIn(password: TestServer.password).error == "invalid_grant")
            #expect(try await server.signIn(password: new).status == 200)
        }
    }

    @Test func `sessions and applications are shown and ended, and only one's own`() async throws {
        try await TestServer.runSingleSignOn { server in
            try await server.addUser("boris")
            let (here, tokens) = try await portal.signedIn(server)
            let (there, others) = try await portal.signedIn(server)
            let stranger = WebBrowser(server)
            _ = try await stranger.follow(stranger.get(portal.address()))
            let theirs = try Tokens(await portal.redeem(stranger.signIn("boris").parameter("code"), at: server))
            let page = try await here.get("/account/sessions")
            #expect(page.text.contains("Firefox"))
            #expect(page.text.contains("Portal"))

            func end(_ path: String, _ fields: [String: String]) async throws -> Visit {
                _ = try await here.get("/account/sessions")
                let token = try #require(here.formToken(path))
                return try await here.submit(fields.merging(["form": token]) { $1 }, to: path)
            }
            let foreign = try #require(try theirs.claims["sid"]?.stringValue)
            _ = try await end("/account/sessions/end", ["session": foreign])
            let application = ["session": foreign, "application": portal.id]
            _ = try await end("/account/applications/end", application)
            #expect(
                try await portal.refresh(theirs.refreshToken, at: server).status == 200, "another's session goes on")
            let other = try #require(try Tokens(others).claims["sid"]?.stringValue)
            _ = try await end("/account/sessions/end", ["session": other])
            #expect(try await there.get("/account").location == "/sign-in?to=profile")
            #expect(try await portal.refresh(others.json?["refresh_token"]?.stringValue, at: server).status == 400)

            let own = try #require(try Tokens(tokens).claims["sid"]?.stringValue)
            _ = try await end("/account/applications/end", ["session": own, "application": portal.id])
            #expect(try await portal.refresh(tokens.json?["refresh_token"]?.stringValue, at: server).status == 400)
            #expect(try await here.get("/account").status == 200)
        }
    }

    @Test func `everything else is ended at once`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (here, tokens) = try await portal.signedIn(server)
            let (there, others) = try await portal.signedIn(server)
            let path = "/account/sessions/end-others"
            _ = try await here.get("/account/sessions")
            _ = try await here.submit(["form": try #require(here.formToken(path))], to: path)
            #expect(try await there.get("/account").location == "/sign-in?to=profile")
            #expect(try await portal.refresh(others.json?["refresh_token"]?.stringValue, at: server).status == 400)
            #expect(try await portal.refresh(tokens.json?["refresh_token"]?.stringValue, at: server).status == 200)
        }
    }
}
