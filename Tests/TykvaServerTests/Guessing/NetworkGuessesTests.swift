import HTTPTypes
import OAuth
import Secrets
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

/// What is counted by network, as applications and people meet it.
@Suite(.serialized, .timeLimit(.minutes(15))) struct NetworkGuessesTests {
    private let portal = RelyingParty.trusted

    private func browser(_ server: TestServer, _ address: String) async throws -> WebBrowser {
        let browser = WebBrowser(server)
        browser.headers[.xForwardedFor] = address
        _ = try await browser.get("/sign-in?to=profile")
        return browser
    }

    @Test(arguments: Engine.available)
    func `wrong secrets are not looked at for ever, and the right one is never refused`(_ engine: Engine) async throws {
        try await TestServer.runSingleSignOn(on: engine) { server in
            func ask(_ secret: String, from address: String, _ client: String = "service") async throws -> Answer {
                var headers = TestServer.basic(client, secret)
                headers[.xForwardedFor] = address
                return try await server.post([("grant_type", "client_credentials")], headers: headers)
            }
            let (evil, own) = ("203.0.113.7", "192.0.2.7")
            for _ in 0..<50 { #expect(try await ask("wrong", from: evil).status == 401) }
            let held = try await ask("wrong", from: evil)
            #expect(held.status == 429)
            #expect(held.headers[.retryAfter] == "60")
            #expect(try await ask("s3cret +%", from: "203.0.113.8").status == 200, "a neighbour of the guesser")
            #expect(try await ask("s3cret +%", from: evil).status == 200)
            #expect(try await ask("wrong", from: own).status == 401)
            for path in ["/revoke", "/introspect", "/par"] {
                for (secret, isHeld) in [("s3cret +%", false), ("wrong", true)] {
                    var headers = TestServer.basic("service", secret)
                    headers[.xForwardedFor] = evil
                    let status = try await server.post(path, [("token", "x")], headers: headers).status
                    #expect((status == 429) == isHeld, "\(path) \(status)")
                }
            }
            // A restart: what is held up is read from the store.
            let restarted = NetworkGuesses(server.database, unlimited: .loopback)
            let client = NetworkGuesses.Subject.client(try TestServer.clientID("service"))
            let address = NetworkAddress(stored: evil)
            try restarted.check(client, from: address, at: server.clock.now)
            try await restarted.load(at: server.clock.now)
            #expect(throws: GuessRefusal.self) { try restarted.check(client, from: address, at: server.clock.now) }
            // Another node, which remembers nothing: the store decides.
            let other = NetworkGuesses(server.database, unlimited: .loopback)
            let now = server.clock.now
            await #expect(throws: GuessRefusal.self) { try await other.failed(client, from: address, at: now) }
            server.clock.advance(by: .minutes(1))
            #expect(try await ask("wrong", from: evil).status == 401)
            #expect(try await ask("wrong", from: evil).status == 429)
            for _ in 0..<50 { #expect(try await ask("x", from: evil, "unknown").status == 401) }
            #expect(try await ask("x", from: evil, "unknown").status == 429)
            for _ in 0..<60 { #expect(try await ask("wrong", from: "127.0.0.1").status == 401, "unlimited") }
        }
    }

    @Test(arguments: Engine.available)
    func `neighbours who guess keep nobody from refreshing and from redeeming a code`(_ engine: Engine) async throws {
        let native = RelyingParty(id: "native")
        let clients =
            try RelyingParty.clients() + [
                Client(
                    id: TestServer.clientID(native.id), authentication: .none, isFirstParty: true,
                    grants: [.authorizationCode, .refreshToken], scope: try #require(Scope("openid profile")),
                    redirectURIs: [try RegisteredRedirectURI(native.callback)], createdAt: Milliseconds(0))
            ]
        try await TestServer.run(on: engine, clients: clients) { server in
            try await server.addUser("anna")
            for party in [portal, native] {
                func post(_ form: [String: String]) async throws -> Answer {
                    var headers = party.id == "native" ? [:] : TestServer.basic(party.id, RelyingParty.secret)
                    headers[.xForwardedFor] = "203.0.113.7"
                    let client = party.id == "native" ? ["client_id": party.id] : [:]
                    return try await server.post(
                        form.merging(client) { first, _ in first }.map { ($0.key, $0.value) }, headers: headers)
                }
                func redeem(_ code: String) async throws -> Answer {
                    try await post([
                        "grant_type": "authorization_code", "code": code, "redirect_uri": party.callback,
                        "code_verifier": RelyingParty.verifier,
                    ])
                }
                func guess() async throws -> Int {
                    try await redeem(OneTimeValue.random(.authorizationCode).revealedText()).status
                }
                let browser = try await browser(server, "203.0.113.99")
                _ = try await browser.follow(browser.get(party.address()))
                let code = try #require(try await browser.signIn().parameter("code"))
                for _ in 0..<50 { #expect(try await guess() == 400) }
                #expect(try await guess() == 429)
                let bought = try await redeem(code)
                #expect(bought.status == 200, "a right code")
                #expect(try await guess() == 429)
                let token = try #require(bought.json?["refresh_token"]?.stringValue)
                #expect(try await post(["grant_type": "refresh_token", "refresh_token": token]).status == 200)
                #expect(try await guess() == 429)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `dead links and requests for passwords are held up by network, and a good link never is`(
        _ engine: Engine
    ) async throws {
        try await TestServer.runWithMail(on: engine) { server, mailbox in
            let browser = try await browser(server, "203.0.113.7")
            func forgot(_ name: String) async throws -> Visit {
                _ = try await browser.get("/password/forgot")
                return try await browser.submit(["username": name])
            }
            for name in ["anna", "nobody"] {
                for _ in 0..<10 { #expect(try await forgot(name).status == 200) }
            }
            let held = try await forgot("anna")
            #expect(held.status == 429)
            #expect(held.headers[.retryAfter] == "60")
            server.clock.advance(by: .minutes(1))
            #expect(try await forgot("nobody").status == 200)
            #expect(try await forgot("nobody").status == 429)
            func follow(_ link: String) async throws -> Int {
                try await browser.get("/password/new?link=\(link)").status
            }
            for _ in 0..<50 { #expect(try await follow(OneTimeValue.random(.link).revealedText()) == 410) }
            #expect(try await follow(OneTimeValue.random(.link).revealedText()) == 429)
            #expect(try await browser.get(mailbox.letter(.resetRequested).link(.resetPassword)).status == 200)
            #expect(try await browser.get("/sign-in").status == 200, "signing in is another matter")
            #expect(try await browser.signIn().status == 303)
        }
    }

    @Test(arguments: Engine.available)
    func `an account's own requests are bounded, and a link that is good can always be had`(_ engine: Engine)
        async throws
    {
        try await TestServer.runWithMail(on: engine) { server, mailbox in
            let browser = try await browser(server, "192.0.2.7")
            func ask() async throws {
                _ = try await browser.get("/password/forgot")
                #expect(try await browser.submit(["username": "anna"]).status == 200)
            }
            /// Asks, and says how many letters there are then.
            func letters(after pause: Duration) async throws -> Int {
                server.clock.advance(by: pause)
                try await ask()
                try await mailbox.quiet()
                return mailbox.all.count
            }
            try await ask()
            _ = try await mailbox.letter(.resetRequested)
            #expect(try await letters(after: .seconds(599)) == 1, "ten minutes from the last, wherever an hour begins")
            for count in 2...5 {
                server.clock.advance(by: count == 2 ? .seconds(1) : .minutes(10))
                try await ask()
                _ = try await mailbox.letter(.resetRequested, count: count)
            }
            #expect(try await letters(after: .minutes(29)) == 5)
            let last = try await mailbox.letter(.resetRequested, count: 5).link(.resetPassword)
            #expect(try await browser.get(last).status == 200, "the last one's is good still")
            server.clock.advance(by: .minutes(1))
            try await ask()
            _ = try await mailbox.letter(.resetRequested, count: 6)
            #expect(try await letters(after: .minutes(29)) == 6)
            server.clock.advance(by: .days(1))
            for count in 7...8 {
                try await ask()
                _ = try await mailbox.letter(.resetRequested, count: count)
                server.clock.advance(by: .minutes(10))
            }
        }
    }
}
