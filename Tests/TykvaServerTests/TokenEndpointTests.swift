import Foundation
import HTTPTypes
import OAuth
import Storage
import StrictFormats
import Testing

@testable import TykvaServer

@Suite(.serialized) struct TokenEndpointTests {
    private static let credentials = [("grant_type", "client_credentials")]

    @Test func `client credentials by Basic and by post buy a token without a person`() async throws {
        try await TestServer.run { server in
            let basic = try await server.post(Self.credentials, headers: TestServer.basic("service", "s3cret +%"))
            let post = try await server.post(
                Self.credentials + [("client_id", "service"), ("client_secret", "s3cret +%"), ("scope", "orders:read")])
            for answer in [basic, post] {
                let tokens = try Tokens(answer)
                let claims = try tokens.claims
                #expect(tokens.refreshToken == nil)
                #expect(claims["sub"]?.stringValue == "service")
                #expect(claims["sid"] == nil && claims["auth_time"] == nil && claims["amr"] == nil)
            }
        }
    }

    @Test func `failed client authentication is 401 in the same words`() async throws {
        try await TestServer.run { server in
            let wrong = try await server.post(Self.credentials, headers: TestServer.basic("service", "wrong"))
            let unknown = try await server.post(Self.credentials, headers: TestServer.basic("nobody", "wrong"))
            let post = try await server.post(Self.credentials + [("client_id", "service"), ("client_secret", "wrong")])
            let none = try await server.post(Self.credentials + [("client_id", "service")])
            let nobody = try await server.post(Self.credentials)
            let malformed = try await server.post(Self.credentials, headers: [.authorization: "Basic ???"])
            for answer in [wrong, unknown, post, none, nobody, malformed] {
                #expect(answer.status == 401)
                #expect(answer.text == wrong.text)
            }
            #expect(wrong.headers[.wwwAuthenticate]?.hasPrefix("Basic ") == true)
            #expect(post.headers[.wwwAuthenticate] == nil)
        }
    }

    @Test func `two ways of authentication in one request are refused`() async throws {
        try await TestServer.run { server in
            let both = Self.credentials + [("client_secret", "s3cret +%")]
            let answer = try await server.post(both, headers: TestServer.basic("service", "s3cret +%"))
            #expect(answer.error == "invalid_request")
            let other = Self.credentials + [("client_id", "app")]
            let mixed = try await server.post(other, headers: TestServer.basic("service", "s3cret +%"))
            #expect(mixed.error == "invalid_request")
        }
    }

    @Test func `a public client that sends a secret is refused`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            #expect(try await server.signIn(with: [("client_secret", "x")]).error == "invalid_client")
        }
    }

    @Test(arguments: [
        ("grant_type=refresh_token&grant_type=password&client_id=app", "invalid_request"),
        ("client_id=app", "invalid_request"),
        ("client_id=app&grant_type=", "invalid_request"),
        ("client_id=app&grant_type=implicit", "unsupported_grant_type"),
        ("client_id=app&grant_type=password&username=a", "invalid_request"),
        ("client_id=app&grant_type=refresh_token", "invalid_request"),
        ("client_id=app&grant_type=%zz", "invalid_request"),
        ("client_id=app&grant_type=%00", "invalid_request"),
        ("client_id=app&grant_type=%ff", "invalid_request"),
        ("client_id=app&grant_type=refresh_token&refresh_token=x&scope=%22", "invalid_scope"),
        ("client_id=app&grant_type=refresh_token&refresh_token=x&resource=x%23y", "invalid_target"),
        ("client_id=app&grant_type=client_credentials", "unauthorized_client"),
    ])
    func `a malformed request gets its exact error`(_ body: String, _ error: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.post(raw: body)
            #expect(answer.status == 400)
            #expect(answer.error == error)
            #expect(answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test func `bodies that are too large, of another type, or in the query are refused`() async throws {
        try await TestServer.run { server in
            let form = "client_id=app&grant_type=password"
            // Each within the limits of a parameter, and few enough: only together they are too much.
            let large = (0..<5).map { "&x\($0)=" + String(repeating: "a", count: 3500) }.joined()
            #expect(try await server.post(raw: form + large).text.contains("the request is too large"))
            let long = try await server.post(raw: form + "&x=" + String(repeating: "a", count: 5000))
            #expect(long.text.contains("a parameter is too long"))
            #expect(try await server.post(raw: "{}", type: "application/json").error == "invalid_request")
            #expect(try await server.post("/token?\(form)", raw: form).error == "invalid_request")
            let many = (0..<40).map { "p\($0)=1" }.joined(separator: "&")
            #expect(try await server.post(raw: many).error == "invalid_request")
        }
    }

    @Test func `other methods are refused with the one that is allowed`() async throws {
        try await TestServer.run { server in
            for path in ["/token", "/revoke"] {
                let answer = try await server.get(path)
                #expect(answer.status == 405)
                #expect(answer.headers[.allow] == "POST")
            }
        }
    }

    @Test func `the largest token that can be issued fits its bound`() async throws {
        let id = String(repeating: "c", count: 64)
        let audience = "https://" + String(repeating: "a", count: 119)
        let scope = "openid " + String(repeating: "s", count: 249)
        let client = Client(
            id: try TestServer.clientID(id), authentication: .none, isFirstParty: true,
            grants: [.password, .refreshToken], audiences: [try TestServer.service(audience)],
            scope: try #require(Scope(scope)),
            claims: ClaimPolicy(stored: [try #require(AttributeName("groups"))]), createdAt: Milliseconds(0))
        try await TestServer.run(clients: [client]) { server in
            let user = try await server.addUser("anna")
            let groups = (0..<21).map { JSONValue.string("\($0)" + String(repeating: "g", count: 92)) }
            let claims = try PublicClaims([(#require(AttributeName("groups")), .array(groups))])
            try await server.database.once(.setClaims(claims, of: user))
            let tokens = try Tokens(await server.signIn(client: id))
            #expect(tokens.accessToken.utf8.count <= 4352)
            #expect(tokens.accessToken.utf8.count > 3800)
        }
    }
}
