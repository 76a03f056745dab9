import HTTPTypes
import LiveServing
import OAuth
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized, .timeLimit(.minutes(15))) struct PasswordGrantTests {
    @Test func `a right password buys a signed token and a refresh token`() async throws {
        try await TestServer.run { server in
            let user = try await server.addUser("anna", roles: ["reader", "accountant"])
            let answer = try await server.signIn()
            let tokens = try Tokens(answer)
            let claims = try tokens.claims
            #expect(claims["iss"]?.stringValue == TestServer.issuer)
            #expect(claims["sub"]?.stringValue == user.text)
            #expect(claims["client_id"]?.stringValue == "app")
            #expect(claims["aud"]?.arrayValue?.first?.stringValue == "https://api.example.com")
            #expect(claims["roles"]?.stringArrayValue == ["reader", "accountant"])
            #expect(claims["amr"]?.stringArrayValue == ["pwd"])
            #expect(claims["exp"]?.integerValue == server.clock.now.seconds + 300)
            #expect(claims["sid"] != nil && claims["jti"] != nil && claims["auth_time"] != nil)
            #expect(tokens.refreshToken?.hasPrefix("tkvr_") == true)
            #expect(tokens.expiresIn == 300)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(try await server.events(.signInSucceeded).count == 1)
        }
    }

    @Test func `an unknown user, a wrong password and a disabled user look alike`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let disabled = try await server.addUser("boris")
            let now = server.clock.now
            _ = try await server.database.write { tx throws(StorageError) in
                try tx.disable(disabled, at: now, Event(at: now, type: .userDisabled, user: disabled))
            }
            let answers = [
                try await server.signIn("anna", password: "wrong horse battery staple"),
                try await server.signIn("nobody"),
                try await server.signIn("boris"),
                try await server.signIn("anna", password: String(repeating: "x", count: 3000)),
            ]
            for answer in answers {
                #expect(answer.status == 400)
                #expect(answer.error == "invalid_grant")
                #expect(answer.text == answers[0].text)
            }
        }
    }

    @Test func `names are compared after lower-casing and NFC`() async throws {
        try await TestServer.run { server in
            try await server.addUser("Zoë")
            #expect(try await server.signIn("ZOE\u{308}").status == 200)
        }
    }

    @Test func `a client without the grant may not use it`() async throws {
        let other = Client(
            id: try TestServer.clientID("other"), authentication: .none, grants: [.refreshToken],
            createdAt: Milliseconds(0))
        try await TestServer.run(clients: [other]) { server in
            try await server.addUser("anna")
            #expect(try await server.signIn(client: "other").error == "unauthorized_client")
        }
    }

    @Test func `a scope beyond the client's is refused, a smaller one is granted for the family`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            #expect(try await server.signIn(with: [("scope", "orders:read admin")]).error == "invalid_scope")
            let tokens = try Tokens(await server.signIn(with: [("scope", "orders:read")]))
            #expect(tokens.scope == "orders:read")
            #expect(
                try await server.refresh(tokens.refreshToken, with: [("scope", "orders:write")]).error
                    == "invalid_scope")
            #expect(try Tokens(await server.refresh(tokens.refreshToken)).scope == "orders:read")
        }
    }

    @Test func `a resource of the client becomes the audience, another one is refused`() async throws {
        try await TestServer.run { server in
            try await server.addUser("anna")
            let bare = [("scope", "orders:read")]
            let billing = [("resource", "https://billing.example.com")]
            let tokens = try Tokens(await server.signIn(with: bare + billing))
            #expect(try tokens.claims["aud"]?.stringValue == "https://billing.example.com")
            #expect(
                try await server.signIn(with: bare + [("resource", "https://evil.example")]).error == "invalid_target")
            let next = try Tokens(await server.refresh(tokens.refreshToken))
            #expect(try next.claims["aud"]?.stringValue == "https://billing.example.com")
            let api = [("resource", "https://api.example.com")]
            #expect(try await server.refresh(next.refreshToken, with: api).error == "invalid_target")
        }
    }

    @Test func `too many sign-ins at once are told when to come again`() async throws {
        // By a client that opens a connection for each.
        try await TestServer.run(
            connections: 12, configure: { $0.passwordHashing = .init(threads: 1, waitingPerThread: 1) }
        ) { server in
            try await server.addUser("anna")
            var refused: [Answer] = []
            // On a busy machine one may be through before the next one comes.
            while refused.isEmpty {
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for _ in 0..<12 { group.addTask { try await server.signIn() } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.allSatisfy { $0.status == 200 || $0.status == 503 })
                refused = answers.filter { $0.status == 503 }
            }
            #expect(refused.allSatisfy { $0.error == "temporarily_unavailable" && $0.headers[.retryAfter] != nil })
        }
    }
}
