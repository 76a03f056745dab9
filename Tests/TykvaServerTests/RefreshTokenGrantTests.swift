import HTTPTypes
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized, .timeLimit(.minutes(15))) struct RefreshTokenGrantTests {
    @Test func `a refresh buys a new pair`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let second = try Tokens(await server.refresh(first.refreshToken))
            #expect(second.refreshToken != first.refreshToken)
            #expect(second.accessToken != first.accessToken)
            #expect(try second.claims["sid"] == first.claims["sid"])
            #expect(try second.claims["jti"] != first.claims["jti"])
        }
    }

    @Test func `a lost answer asked again within the window is the same token`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let second = try Tokens(await server.refresh(first.refreshToken))
            server.clock.advance(by: .seconds(60))
            let again = try Tokens(await server.refresh(first.refreshToken))
            #expect(again.refreshToken == second.refreshToken)
            #expect(try Tokens(await server.refresh(again.refreshToken)).refreshToken != again.refreshToken)
        }
    }

    @Test func `a token one behind after the window ends its family and is recorded with both holders`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let owner: HTTPFields = [.xForwardedFor: "198.51.100.7", .userAgent: "owner"]
            let thief: HTTPFields = [.xForwardedFor: "203.0.113.9", .userAgent: "thief"]
            let second = try Tokens(await server.refresh(first.refreshToken, headers: owner))
            server.clock.advance(by: .seconds(61))
            #expect(try await server.refresh(first.refreshToken, headers: thief).error == "invalid_grant")
            #expect(try await server.refresh(second.refreshToken, headers: owner).error == "invalid_grant")
            let theft = try #require(try await server.events(.refreshTheft).first)
            #expect(theft.holder.address.text == "203.0.113.9")
            #expect(theft.holder.agent.text == "thief")
            let detail = try #require(JSONValue(parsing: Array(theft.detail.utf8), limits: .document).objectValue)
            #expect(detail["class"]?.stringValue == "late")
            #expect(detail["ended"]?.stringValue == "family")
            #expect(detail["last_rotation_address"]?.stringValue == "198.51.100.7")
            #expect(detail["last_rotation_agent"]?.stringValue == "owner")
        }
    }

    @Test func `a token two behind ends the session at once`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let second = try Tokens(await server.refresh(first.refreshToken))
            let third = try Tokens(await server.refresh(second.refreshToken))
            #expect(try await server.refresh(first.refreshToken).error == "invalid_grant")
            #expect(try await server.refresh(third.refreshToken).error == "invalid_grant")
            #expect(try await server.events(.refreshTheft).count == 1)
            let sessions = try await server.database.read { tx throws(StorageError) in
                try tx.run(.sessions(of: nil, before: nil, limit: 10))
            }
            #expect(sessions.first?.endReason == "theft_stale")
            #expect(sessions.first?.family?.endReason == "theft_stale")
        }
    }

    @Test func `another caller has a shorter window`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            _ = try Tokens(await server.refresh(first.refreshToken, headers: [.userAgent: "owner"]))
            server.clock.advance(by: .milliseconds(10_001))
            #expect(try await server.refresh(first.refreshToken, headers: [.userAgent: "x"]).error == "invalid_grant")
        }
    }

    @Test func `another client cannot use a token, and ends nothing`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let token = try #require(first.refreshToken)
            let stranger = TestServer.basic("service", "s3cret +%")
            for _ in 0..<3 {
                let body = [("grant_type", "refresh_token"), ("refresh_token", token)]
                #expect(try await server.post(body, headers: stranger).error == "invalid_grant")
            }
            #expect(try Tokens(await server.refresh(token)).refreshToken != nil)
            try await eventually { try await server.events(.refreshByStranger).count > 0 }
            #expect(try await server.events(.refreshByStranger).count == 1)
        }
    }

    @Test func `fifty uses at once all succeed with one successor`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let successors = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<50 { group.addTask { try Tokens(await server.refresh(first.refreshToken)).refreshToken } }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(successors.count == 1)
        }
    }

    @Test func `garbage and tokens of another issuer are refused alike`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let token = try #require(try Tokens(await server.signIn()).refreshToken)
            let other = RefreshKeys(secrets: server.secrets, issuer: try Issuer("https://staging.example.com"))
            let foreign = RefreshToken(family: .random(), generation: 0, keyNumber: 1).text(keys: other)
            let flipped = token.dropLast() + (token.hasSuffix("A") ? "B" : "A")
            var answers: Set<String> = []
            for bad in ["tkvr_", "x", String(flipped), token + "A", foreign ?? "", token.uppercased()] {
                answers.insert(try await server.refresh(bad).text)
            }
            #expect(answers.count == 1)
            #expect(try Tokens(await server.refresh(token)).refreshToken != nil)
        }
    }

    @Test func `an access token never outlives its family`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            var token = try Tokens(await server.signIn()).refreshToken
            for _ in 0..<6 {
                server.clock.advance(by: .days(29))
                token = try Tokens(await server.refresh(token)).refreshToken
            }
            server.clock.advance(by: .days(5) + .hours(23) + .minutes(58))
            let last = try Tokens(await server.refresh(token))
            #expect(last.expiresIn == 120)
            server.clock.advance(by: .minutes(2))
            #expect(try await server.refresh(last.refreshToken).error == "invalid_grant")
        }
    }

    @Test func `a disabled user's refresh is refused, and changed roles are in the next token`() async throws {
        try await TestServer.run { server in
            let user = try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let claims = try PublicClaims([(#require(AttributeName("roles")), .array(["boss"]))])
            try await server.database.once(.setClaims(claims, of: user))
            let second = try Tokens(await server.refresh(first.refreshToken))
            #expect(try second.claims["roles"]?.stringArrayValue == ["boss"])
            let now = server.clock.now
            _ = try await server.database.write { tx throws(StorageError) in
                try tx.disable(user, at: now, Event(at: now, type: .userDisabled, user: user))
            }
            #expect(try await server.refresh(second.refreshToken).error == "invalid_grant")
        }
    }

    @Test func `a wrong scope is refused before anything rotates`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            #expect(try await server.refresh(first.refreshToken, with: [("scope", "admin")]).error == "invalid_scope")
            let narrowed = try Tokens(await server.refresh(first.refreshToken, with: [("scope", "orders:read")]))
            #expect(narrowed.scope == "orders:read")
            let next = try Tokens(await server.refresh(narrowed.refreshToken))
            #expect(next.scope == "openid offline_access orders:read orders:write")
        }
    }

    @Test(arguments: [("scope", "admin"), ("resource", "https://nobody.example.com")])
    func `a replay is a theft, whatever it asks for`(_ name: String, _ value: String) async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let first = try Tokens(await server.signIn())
            let second = try Tokens(await server.refresh(first.refreshToken))
            // Within the window it is a lost answer, and the question is answered.
            let retry = try await server.refresh(first.refreshToken, with: [(name, value)])
            #expect(retry.error == (name == "scope" ? "invalid_scope" : "invalid_target"))
            #expect(try await server.events(.refreshTheft).isEmpty)
            let third = try Tokens(await server.refresh(second.refreshToken))
            #expect(try await server.refresh(first.refreshToken, with: [(name, value)]).error == "invalid_grant")
            #expect(try await server.events(.refreshTheft).count == 1)
            // And a token of a family that has ended is refused as such.
            #expect(try await server.refresh(third.refreshToken, with: [(name, value)]).error == "invalid_grant")
        }
    }
}
