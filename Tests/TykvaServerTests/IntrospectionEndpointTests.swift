import HTTPTypes
import OAuth
import Secrets
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized) struct IntrospectionEndpointTests {
    private static let inactive = #"{"active":false}"#
    private static let secret = "api's secret"

    /// A service that is an audience of `app`'s tokens, and one that is not.
    private static func services() throws -> [Client] {
        try [("api", "https://api.example.com"), ("other", "https://other.example.com")].map { id, uri in
            Client(
                id: try TestServer.clientID(id), authentication: .secret(hash: TokenHash(of: secret).bytes), grants: [],
                resourceServers: [try TestServer.service(uri)], createdAt: Milliseconds(0))
        }
    }

    private static func run(_ body: @Sendable (TestServer) async throws -> Void) async throws {
        try await TestServer.run(clients: try services()) { server in
            try await server.addUser("anna")
            try await body(server)
        }
    }

    private static func ask(
        _ server: TestServer, _ token: String?, as client: String = "api", with more: [(String, String)] = []
    ) async throws -> Answer {
        let secret = client == "service" ? "s3cret +%" : secret
        let answer = try await server.post(
            "/introspect", [("token", try #require(token))] + more, headers: TestServer.basic(client, secret))
        #expect(answer.status == 200)
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(answer.headers[.contentType] == "application/json")
        return answer
    }

    @Test func `an access token is told to its audience and its own client, and to nobody else`() async throws {
        try await Self.run { server in
            let tokens = try Tokens(await server.signIn(with: [("scope", "orders:read")]))
            let answer = try await Self.ask(server, tokens.accessToken)
            let (json, claims) = (try #require(answer.json), try tokens.claims)
            #expect(json["active"]?.boolValue == true)
            for name in ["scope", "client_id", "exp", "iat", "sub", "aud", "iss", "jti", "sid"] {
                #expect(json[name] == claims[name] && json[name] != nil, "\(name)")
            }
            #expect(json["username"]?.stringValue == "anna")
            #expect(json["token_type"]?.stringValue == "Bearer")
            #expect(try await Self.ask(server, tokens.accessToken, as: "other").text == Self.inactive)
            #expect(try await Self.ask(server, tokens.accessToken, as: "service").text == Self.inactive)
            let own = try Tokens(
                await server.signIn(client: "service", with: [("client_secret", "s3cret +%")]))
            #expect(try await Self.ask(server, own.accessToken, as: "service").json?["active"]?.boolValue == true)
        }
    }

    @Test func `a client's own token has no person`() async throws {
        try await Self.run { server in
            let tokens = try Tokens(
                await server.post(
                    [("grant_type", "client_credentials")], headers: TestServer.basic("service", "s3cret +%")))
            let json = try #require(try await Self.ask(server, tokens.accessToken).json)
            #expect(json["active"]?.boolValue == true)
            #expect(json["sub"]?.stringValue == "service")
            #expect(json["username"] == nil && json["sid"] == nil)
            #expect(try await Self.ask(server, tokens.accessToken, as: "other").text == Self.inactive)
        }
    }

    @Test func `a token is over when it expires, and when its session or its user is`() async throws {
        try await Self.run { server in
            try await server.addUser("boris")
            let anna = try Tokens(await server.signIn())
            let other = try Tokens(await server.signIn("boris"))
            let ended = try Tokens(await server.signIn())
            #expect(try await Self.ask(server, other.accessToken).json?["active"]?.boolValue == true)
            _ = try await server.post(
                "/revoke", [("client_id", "app"), ("token", try #require(ended.refreshToken))])
            #expect(try await Self.ask(server, ended.accessToken).text == Self.inactive)
            try await UserAdministration(server.database).disable(UserName("boris"), at: server.clock.now)
            #expect(try await Self.ask(server, other.accessToken).text == Self.inactive)
            #expect(try await Self.ask(server, anna.accessToken).json?["active"]?.boolValue == true)
            server.clock.advance(by: .seconds(300))
            #expect(try await Self.ask(server, anna.accessToken).text == Self.inactive)
        }
    }

    @Test func `a refresh token is told to its client, the current one alone, and looking is no use`() async throws {
        try await Self.run { server in
            let credentials = [("client_secret", "s3cret +%")]
            let first = try Tokens(await server.signIn(client: "service", with: credentials))
            let answer = try await Self.ask(server, first.refreshToken, as: "service", with: [("token_type_hint", "x")])
            let json = try #require(answer.json)
            #expect(json["active"]?.boolValue == true && json["client_id"]?.stringValue == "service")
            #expect(json["username"]?.stringValue == "anna" && json["token_type"] == nil)
            let claims = try first.claims
            #expect(json["sid"] == claims["sid"] && json["sub"] == claims["sub"])
            let idle = server.clock.now + .days(30)
            #expect(json["exp"]?.integerValue == idle.seconds)
            #expect(try await Self.ask(server, first.refreshToken, as: "api").text == Self.inactive)
            let second = try Tokens(await server.refresh(first.refreshToken, client: "service", with: credentials))
            server.clock.advance(by: .hours(1))
            for _ in 0..<2 {
                #expect(try await Self.ask(server, first.refreshToken, as: "service").text == Self.inactive)
            }
            #expect(try await server.events(.refreshTheft).isEmpty)
            let third = try Tokens(await server.refresh(second.refreshToken, client: "service", with: credentials))
            server.clock.advance(by: .days(30))
            #expect(try await Self.ask(server, third.refreshToken, as: "service").text == Self.inactive)
        }
    }

    @Test func `a refresh token of another master secret than its family's is inactive`() async throws {
        try await Self.run { server in
            let tokens = try Tokens(
                await server.signIn(client: "service", with: [("client_secret", "s3cret +%")]))
            try await server.database.once(Statement<Void>("UPDATE token_family SET token_key = 2"))
            #expect(try await Self.ask(server, tokens.refreshToken, as: "service").text == Self.inactive)
            try await server.database.once(Statement<Void>("UPDATE token_family SET token_key = 1"))
            let answer = try await Self.ask(server, tokens.refreshToken, as: "service")
            #expect(answer.json?["active"]?.boolValue == true)
        }
    }

    @Test func `what is no token of ours is inactive`() async throws {
        try await Self.run { server in
            let tokens = try Tokens(await server.signIn())
            let altered = String(tokens.accessToken.dropLast(4)) + "AAAA"
            let refresh = String(try #require(tokens.refreshToken).dropLast(4)) + "AAAA"
            let long = String(repeating: "a", count: 8000)
            for token in ["x", "a.b.c", altered, refresh, "..", tokens.accessToken + ".x", long] {
                for hint in ["access_token", "refresh_token", "nonsense"] {
                    let answer = try await Self.ask(server, token, with: [("token_type_hint", hint)])
                    #expect(answer.text == Self.inactive)
                }
            }
        }
    }

    @Test func `who asks must prove itself, and a public client cannot`() async throws {
        try await Self.run { server in
            let token = try Tokens(await server.signIn()).accessToken
            let answers = [
                try await server.post("/introspect", [("token", token)]),
                try await server.post("/introspect", [("token", token), ("client_id", "app")]),
                try await server.post("/introspect", [("token", token), ("client_id", "api")]),
                try await server.post("/introspect", [("token", token)], headers: TestServer.basic("api", "wrong")),
                try await server.post("/introspect", [("token", token)], headers: [.authorization: "Bearer \(token)"]),
            ]
            for answer in answers { #expect(answer.status == 401 && answer.error == "invalid_client") }
            let basic = TestServer.basic("api", Self.secret)
            #expect(try await server.post("/introspect", [], headers: basic).error == "invalid_request")
            #expect(try await server.get("/introspect?token=x", headers: basic).status == 405)
        }
    }
}
