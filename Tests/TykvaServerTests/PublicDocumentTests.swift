import HTTPTypes
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized) struct PublicDocumentTests {
    @Test func `metadata names only what is there, under the issuer's own address`() async throws {
        try await TestServer.run { server in
            let answer = try await server.get(
                "/.well-known/openid-configuration", headers: [.init("X-Forwarded-Host")!: "evil.example"])
            let json = try #require(answer.json)
            #expect(json["issuer"]?.stringValue == TestServer.issuer)
            #expect(json["jwks_uri"]?.stringValue == TestServer.issuer + "/.well-known/jwks.json")
            #expect(json["token_endpoint"]?.stringValue == TestServer.issuer + "/token")
            #expect(!answer.text.contains("evil"))
            #expect(try await server.get("/.well-known/oauth-authorization-server").text == answer.text)
            for name in ["token_endpoint", "jwks_uri", "revocation_endpoint"] {
                let path = try #require(json[name]?.stringValue).dropFirst(TestServer.issuer.count)
                #expect(try await server.get(String(path)).status != 404)
            }
        }
    }

    @Test func `the key set holds two public keys, no private member, and is cached`() async throws {
        try await TestServer.run { server in
            let answer = try await server.get("/.well-known/jwks.json")
            let keys = try #require(answer.json?["keys"]?.arrayValue)
            #expect(keys.count == 2)
            for key in keys {
                #expect(key.objectValue?.names == ["kty", "use", "alg", "kid", "crv", "x", "y"])
            }
            #expect(answer.headers[.cacheControl] == "public, max-age=300")
            #expect(answer.headers[.accessControlAllowOrigin] == "*")
            let tag = try #require(answer.headers[.eTag])
            let again = try await server.get("/.well-known/jwks.json", headers: [.ifNoneMatch: "\"x\", W/\(tag)"])
            #expect(again.status == 304)
            #expect(again.text.isEmpty)
        }
    }

    @Test func `without storage the key set is served for a while, and not for ever`() async throws {
        try await TestServer.run { server in
            let path = "/.well-known/jwks.json"
            let whole = try await server.get(path)
            await server.database.close()
            #expect(try await server.get(path).headers[.cacheControl] == "public, max-age=300")
            server.clock.advance(by: KeyTimes.trust + .milliseconds(1))
            let old = try await server.get(path)
            #expect(old.status == 200 && old.text == whole.text)
            #expect(old.headers[.cacheControl] == "public, max-age=5")
            server.clock.advance(by: KeyTimes.servingTrust - KeyTimes.trust)
            // A key that was revoked meanwhile would be in it.
            let none = try await server.get(path)
            #expect(none.status == 503)
            #expect(none.headers[.retryAfter] != nil)
            #expect(none.headers[.contentType] == "application/problem+json")
        }
    }

    @Test func `a server that was asleep serves the keys of now`() async throws {
        try await TestServer.run { server in
            let keys = KeyAdministration(server.database, secrets: server.secrets, times: .standard)
            server.clock.advance(by: .days(7))
            let first = try await keys.rotate(to: nil, isImmediate: true, at: server.clock.now)
            let second = try await keys.rotate(to: nil, isImmediate: true, at: server.clock.now)
            let answer = try await server.get("/.well-known/jwks.json")
            #expect([first.new, second.new].allSatisfy { answer.text.contains($0.text) })
            #expect(answer.headers[.cacheControl] == "public, max-age=300")
        }
    }

    @Test func `health tells whether storage answers`() async throws {
        try await TestServer.run { server in
            #expect(try await server.get("/health/live").status == 200)
            #expect(try await server.get("/health/ready").status == 200)
            await server.database.close()
            #expect(try await server.get("/health/live").status == 200)
            let answer = try await server.get("/health/ready")
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] != nil)
        }
    }

    @Test func `without storage a refresh is 503, never a wrong answer`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let tokens = try Tokens(await server.signIn())
            await server.database.close()
            let answer = try await server.refresh(tokens.refreshToken)
            #expect(answer.status == 503)
            #expect(answer.error == "temporarily_unavailable")
            #expect(answer.headers[.retryAfter] != nil)
        }
    }

    @Test func `without storage a token is never called invalid by keys of before`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let token = try Tokens(await server.signIn()).accessToken
            await server.database.close()
            server.clock.advance(by: KeyTimes.trust + .seconds(1))
            let answer = try await server.get("/userinfo", headers: [.authorization: "Bearer \(token)"])
            #expect(answer.status == 503 && answer.headers[.retryAfter] != nil)
            #expect(try await server.get("/logout?id_token_hint=\(token)").status == 503)
        }
    }

    @Test func `an unknown path is a problem for programs and a page for people`() async throws {
        try await TestServer.run { server in
            let program = try await server.get("/nowhere")
            #expect(program.status == 404)
            #expect(program.headers[.contentType] == "application/problem+json")
            #expect(program.headers[.strictTransportSecurity] != nil)
            let person = try await server.get("/nowhere", headers: [.accept: "text/html"])
            #expect(person.text.contains("<h1>There is no page here</h1>"))
        }
    }
}
