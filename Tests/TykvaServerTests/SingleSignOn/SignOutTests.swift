import Foundation
import HTTPTypes
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized) struct SignOutTests {
    private let portal = RelyingParty.trusted

    private func logout(
        _ hint: String?, _ more: String = "&post_logout_redirect_uri=https%3A%2F%2Fportal.example.com%2Fout&state=x%26"
    ) -> String {
        "/logout?id_token_hint=\(hint ?? "")\(more)"
    }

    @Test func `an application signs out whom it signed in, and gets them back`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, tokens) = try await portal.signedIn(server)
            let out = try await browser.get(logout(tokens.json?["id_token"]?.stringValue))
            #expect(out.location == "https://portal.example.com/out?state=x%26")
            #expect(try await browser.get("/account").location == "/sign-in?to=profile")
            let refresh = try await portal.refresh(tokens.json?["refresh_token"]?.stringValue, at: server)
            #expect(refresh.error == "invalid_grant")
        }
    }

    @Test func `offline access outlives a sign-out`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, tokens) = try await portal.signedIn(server, ["scope": "openid offline_access"])
            _ = try await browser.get(logout(tokens.json?["id_token"]?.stringValue))
            #expect(try await portal.refresh(tokens.json?["refresh_token"]?.stringValue, at: server).status == 200)
        }
    }

    @Test func `without a hint of this session the person is asked`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (_, others) = try await portal.signedIn(server)
            let (browser, tokens) = try await portal.signedIn(server)
            for address in [
                "/logout", "/logout?client_id=portal", logout(others.json?["id_token"]?.stringValue),
            ] {
                let asked = try await browser.get(address)
                #expect(asked.status == 200)
                #expect(asked.text.contains("action=\"/sign-out"))
            }
            #expect(try await browser.submit(["decision": "stay"]).location == "/account")
            #expect(try await portal.refresh(tokens.json?["refresh_token"]?.stringValue, at: server).status == 200)
            _ = try await browser.get(logout(others.json?["id_token"]?.stringValue))
            let out = try await browser.submit(["decision": "sign_out"])
            #expect(out.location == "https://portal.example.com/out?state=x%26")
            #expect(try await browser.get("/account").location == "/sign-in?to=profile")
        }
    }

    @Test func `nobody is sent where the client has not registered`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, tokens) = try await portal.signedIn(server)
            let hint = tokens.json?["id_token"]?.stringValue
            for target in [
                "https%3A%2F%2Fevil.example.com", "https%3A%2F%2Fportal.example.com%2Fout%2F", "javascript%3Aalert(1)",
                "https%3A%2F%2Fportal.example.com%2Fcallback", "%2F%2Fevil.example.com",
            ] {
                let visit = try await browser.get(logout(hint, "&post_logout_redirect_uri=\(target)"))
                #expect(visit.status == 400)
                #expect(visit.location == nil)
            }
            #expect(try await browser.get(logout("eyJ.eyJ.x")).status == 400)
            #expect(try await browser.get(logout(hint, "&client_id=shop")).status == 400)
            let accessToken = tokens.json?["access_token"]?.stringValue
            #expect(try await browser.get(logout(accessToken)).status == 400, "an access token is no ID token")
            #expect(try await browser.get("/account").status == 200, "and nobody was signed out")
        }
    }

    @Test func `a hint that has expired is still a hint`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, tokens) = try await portal.signedIn(server)
            server.clock.advance(by: .hours(2))
            let out = try await browser.get(logout(tokens.json?["id_token"]?.stringValue))
            #expect(out.location == "https://portal.example.com/out?state=x%26")
        }
    }
}
