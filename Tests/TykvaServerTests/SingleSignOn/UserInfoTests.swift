import Foundation
import HTTPTypes
import LiveServing
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized) struct UserInfoTests {
    private let portal = RelyingParty.trusted

    @Test func `it tells what the scope allows, by GET and by POST`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (_, answer) = try await portal.signedIn(server)
            let token = try Tokens(answer).accessToken
            let bearer: HTTPFields = [.authorization: "Bearer \(token)"]
            let info = try await server.get("/userinfo", headers: bearer)
            #expect(info.status == 200)
            #expect(info.json?["sub"] == (try Tokens(answer).claims["sub"]))
            #expect(info.json?["preferred_username"]?.stringValue == "anna")
            #expect(info.json?["email"] == nil)
            #expect(try await server.post("/userinfo", [("access_token", token)]).text == info.text)
            #expect(try await server.get("/userinfo?access_token=\(token)").status == 401, "a query leaks")
        }
    }

    @Test func `it refuses what is no live access token with openid`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, answer) = try await portal.signedIn(server)
            let tokens = try Tokens(answer)
            #expect(try await server.get("/userinfo").headers[.wwwAuthenticate] == #"Bearer realm="tykva""#)
            let narrow = try await server.signIn(with: [("scope", "orders:read")])
            let without: HTTPFields = [.authorization: "Bearer \(try Tokens(narrow).accessToken)"]
            #expect(try await server.get("/userinfo", headers: without).status == 401, "the audience is another")
            let bearer: HTTPFields = [.authorization: "Bearer \(tokens.accessToken)"]
            let hint = try #require(answer.json?["id_token"]?.stringValue)
            _ = try await browser.get("/logout?id_token_hint=\(hint)")
            let over = try await server.get("/userinfo", headers: bearer)
            #expect(over.status == 401)
            #expect(over.error == "invalid_token")
        }
    }

    @Test func `a page of the client may read it, a page of another may not`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (_, answer) = try await portal.signedIn(server)
            let token = try Tokens(answer).accessToken
            for (origin, isAllowed) in [("https://portal.example.com", true), ("https://shop.example.com", false)] {
                let headers: HTTPFields = [.authorization: "Bearer \(token)", .origin: origin]
                let info = try await server.get("/userinfo", headers: headers)
                #expect((info.headers[.accessControlAllowOrigin] == origin) == isAllowed)
                #expect(info.headers[.accessControlAllowCredentials] == nil)
            }
            for (origin, isAllowed) in [("https://shop.example.com", true), ("https://evil.example.com", false)] {
                let preflight = try await server.http.execute(
                    uri: "/token", method: .options, headers: [.origin: origin]
                ) { Answer($0) }
                #expect(preflight.status == 204)
                #expect((preflight.headers[.accessControlAllowOrigin] == origin) == isAllowed)
            }
        }
    }
}

@Suite(.serialized) struct PushedRequestTests {
    private let portal = RelyingParty.trusted

    private func push(_ server: TestServer, _ changes: [String: String?] = [:], secret: String = RelyingParty.secret)
        async throws -> Answer
    {
        try await server.post(
            "/par", raw: portal.request(changes), headers: TestServer.basic("portal", secret))
    }

    @Test func `a pushed request is for one use, and says everything`() async throws {
        try await TestServer.runSingleSignOn { server in
            let answer = try await push(server)
            #expect(answer.status == 201)
            #expect(answer.json?["expires_in"]?.integerValue == 90)
            let uri = try #require(answer.json?["request_uri"]?.stringValue)
            let address = "/authorize?client_id=portal&request_uri=\(percentEncoded(uri))"
            let browser = WebBrowser(server)
            _ = try await browser.follow(browser.get(address + "&redirect_uri=https%3A%2F%2Fevil.example.com"))
            let visit = try await browser.signIn()
            #expect(visit.location?.hasPrefix(portal.callback) == true)
            #expect(try await portal.redeem(visit.parameter("code"), at: server).status == 200)
            #expect(try await browser.get(address).status == 400)
        }
    }

    @Test func `it is refused as it would be at the authorization endpoint, and to others`() async throws {
        try await TestServer.runSingleSignOn { server in
            #expect(try await push(server, secret: "tkvc_y").status == 401)
            #expect(try await push(server, ["code_challenge": nil]).error == "invalid_request")
            #expect(try await push(server, ["redirect_uri": "https://evil.example.com"]).error == "invalid_request")
            let uri = try #require(try await push(server).json?["request_uri"]?.stringValue)
            let browser = WebBrowser(server)
            let stranger = "/authorize?client_id=shop&request_uri=\(percentEncoded(uri))"
            #expect(try await browser.get(stranger).status == 400)
            server.clock.advance(by: .seconds(90))
            #expect(
                try await browser.get("/authorize?client_id=portal&request_uri=\(percentEncoded(uri))").status == 400)
        }
    }
}
