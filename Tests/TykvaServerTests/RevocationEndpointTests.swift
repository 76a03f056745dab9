import HTTPTypes
import Storage
import Testing

@testable import TykvaServer

@Suite(.serialized) struct RevocationEndpointTests {
    @Test func `any refresh token of a family ends it, and that is no theft`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let second = try Tokens(await server.refresh(first.refreshToken))
            let third = try Tokens(await server.refresh(second.refreshToken))
            let body = [("client_id", "app"), ("token", try #require(first.refreshToken))]
            #expect(try await server.post("/revoke", body).status == 200)
            #expect(try await server.post("/revoke", body).status == 200)
            #expect(try await server.refresh(third.refreshToken).error == "invalid_grant")
            #expect(try await server.events(.refreshTheft).isEmpty)
            #expect(try await server.events(.tokenRevoked).count == 1)
        }
    }

    @Test func `another client's token is left alone, and garbage is no error`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let basic = TestServer.basic("service", "s3cret +%")
            for token in [try #require(first.refreshToken), "garbage"] {
                #expect(try await server.post("/revoke", [("token", token)], headers: basic).status == 200)
            }
            #expect(try await server.refresh(first.refreshToken).status == 200)
        }
    }

    @Test func `access tokens cannot be revoked, and the answer says so`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let tokens = try Tokens(await server.signIn())
            let answer = try await server.post("/revoke", [("client_id", "app"), ("token", tokens.accessToken)])
            #expect(answer.error == "unsupported_token_type")
            #expect(try await server.post("/revoke", [("client_id", "app")]).error == "invalid_request")
            #expect(try await server.post("/revoke", [("token", "x")]).status == 401)
        }
    }
}
