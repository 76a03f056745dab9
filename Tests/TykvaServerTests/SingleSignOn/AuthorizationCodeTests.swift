import Foundation
import HTTPTypes
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized) struct AuthorizationCodeTests {
    private let portal = RelyingParty.trusted
    private let shop = RelyingParty.other

    @Test func `a person signs in once, and enters two applications`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            let first = try await browser.get(portal.address())
            #expect(first.status == 303)
            #expect(first.location?.hasPrefix("/sign-in?") == true)
            #expect(try await browser.follow(first).status == 200)
            let signedIn = try await browser.signIn()
            #expect(signedIn.status == 303)
            #expect(signedIn.location?.hasPrefix("\(portal.callback)?code=") == true)
            #expect(signedIn.parameter("state") == "st&=")
            #expect(signedIn.parameter("iss") == TestServer.issuer)
            let tokens = try Tokens(await portal.redeem(signedIn.parameter("code"), at: server))
            #expect(tokens.refreshToken != nil)

            let second = try await browser.follow(browser.get(shop.address(["scope": "openid"])))
            #expect(second.status == 200, "nobody is asked for a password: it is the question of consent")
            let agreed = try await browser.submit(["decision": "allow"])
            let others = try Tokens(await shop.redeem(agreed.parameter("code"), at: server))
            #expect(try others.claims["sid"] == tokens.claims["sid"])
            #expect(try others.claims["sub"] == tokens.claims["sub"])
            #expect(try await browser.get(shop.address(["scope": "openid"])).parameter("code") != nil, "remembered")
        }
    }

    @Test func `an ID token says who, when and for whom, and is no access token`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (_, answer) = try await portal.signedIn(server, ["scope": "openid profile email"])
            let claims = try IDToken(answer)
            #expect(claims["iss"]?.stringValue == TestServer.issuer)
            #expect(claims["aud"]?.stringValue == "portal")
            #expect(claims["azp"]?.stringValue == "portal")
            #expect(claims["nonce"]?.stringValue == "no")
            #expect(claims["auth_time"]?.integerValue == server.clock.now.seconds)
            #expect(claims["amr"]?.stringArrayValue == ["pwd"])
            #expect(claims["acr"]?.stringValue == AuthenticationContext.password)
            #expect(claims["at_hash"]?.stringValue?.utf8.count == 22)
            #expect(claims["preferred_username"]?.stringValue == "anna")
            let refused = try await server.get(
                "/userinfo", headers: [.authorization: "Bearer \(try #require(answer.json?["id_token"]?.stringValue))"])
            #expect(refused.status == 401)
        }
    }

    @Test func `a refresh brings an ID token without a nonce, of the same sign-in`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (_, answer) = try await portal.signedIn(server)
            server.clock.advance(by: .seconds(100))
            let before = try IDToken(answer)
            let after = try IDToken(await portal.refresh(answer.json?["refresh_token"]?.stringValue, at: server))
            #expect(after["nonce"] == nil)
            #expect(after["auth_time"] == before["auth_time"])
            #expect(after["sid"] == before["sid"])
        }
    }

    @Test func `a code used twice ends what it bought`() async throws {
        try await TestServer.runSingleSignOn { server in
            let code = try await code(server)
            let tokens = try Tokens(await portal.redeem(code, at: server))
            #expect(try await portal.redeem(code, at: server).error == "invalid_grant")
            #expect(try await portal.refresh(tokens.refreshToken, at: server).error == "invalid_grant")
            #expect(try await server.events(.codeReplayed).count == 1)
        }
    }

    @Test func `a wrong request burns no code`() async throws {
        try await TestServer.runSingleSignOn { server in
            let code = try await code(server)
            let wrongVerifier = String(RelyingParty.verifier.dropLast()) + "j"
            #expect(try await portal.redeem(code, at: server, secret: "tkvc_y").error == "invalid_client")
            #expect(try await shop.redeem(code, at: server).error == "invalid_grant")
            #expect(
                try await portal.redeem(code, at: server, with: ["code_verifier": wrongVerifier]).error
                    == "invalid_grant")
            #expect(
                try await portal.redeem(code, at: server, with: ["redirect_uri": "https://x.example.com"]).error
                    == "invalid_grant")
            #expect(
                try await portal.redeem(code, at: server, with: ["code_verifier": "short"]).error == "invalid_request")
            #expect(try await portal.redeem(code, at: server).status == 200)
        }
    }

    @Test func `a code lives for a minute, and not beyond its session`() async throws {
        try await TestServer.runSingleSignOn { server in
            let old = try await code(server)
            server.clock.advance(by: .seconds(60))
            #expect(try await portal.redeem(old, at: server).error == "invalid_grant")
            let (browser, _) = try await portal.signedIn(server)
            let code = try await browser.get(portal.address()).parameter("code")
            let user = try #require(try await server.events(.codeRedeemed).first?.user)
            let now = server.clock.now
            _ = try await server.database.write { tx throws(StorageError) in
                try tx.disable(user, at: now, Event(at: now, type: .userDisabled, user: user))
            }
            #expect(try await portal.redeem(code, at: server).error == "invalid_grant")
        }
    }

    @Test func `what is wrong is told to the application, with state and issuer`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            let none = try await browser.get(portal.address(["prompt": "none"]))
            #expect(none.parameter("error") == "login_required")
            #expect(none.parameter("state") == "st&=")
            #expect(none.parameter("iss") == TestServer.issuer)
            let plain = try await browser.get(portal.address(["code_challenge_method": "plain"]))
            #expect(plain.parameter("error") == "invalid_request")
            let form = try await browser.get(portal.address(["prompt": "none", "response_mode": "form_post"]))
            #expect(form.status == 200)
            #expect(form.text.contains("login_required"))
        }
    }

    @Test func `what is not proven is told on a page`() async throws {
        try await TestServer.runSingleSignOn { server in
            let browser = WebBrowser(server)
            for address in [
                portal.address(["redirect_uri": "https://evil.example.com"]), portal.address(["client_id": "nobody"]),
                portal.address(["redirect_uri": nil]), "/authorize", "/authorize?client_id=%00",
                portal.address() + "&client_id=portal", portal.address(["redirect_uri": "javascript:alert(1)"]),
            ] {
                let visit = try await browser.get(address)
                #expect(visit.status == 400)
                #expect(visit.location == nil)
                #expect(visit.headers[.contentType]?.hasPrefix("text/html") == true)
            }
        }
    }

    private func code(_ server: TestServer) async throws -> String? {
        let browser = WebBrowser(server)
        _ = try await browser.follow(browser.get(portal.address()))
        return try await browser.signIn().parameter("code")
    }
}

/// The claims of an answer's ID token, unchecked.
struct IDToken {
    private let claims: JSONObject

    init(_ answer: Answer) throws {
        try #require(answer.status == 200, "answer \(answer.status): \(answer.text)")
        let text = try #require(answer.json?["id_token"]?.stringValue)
        let payload = try #require(Base64URL.decode(text.split(separator: ".")[1]))
        claims = try #require(JSONValue(parsing: payload, limits: .token).objectValue)
    }

    subscript(name: String) -> JSONValue? { claims[name] }
}
