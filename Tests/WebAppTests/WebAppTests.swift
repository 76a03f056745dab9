import Foundation
import Hummingbird
import HummingbirdTesting
import StrictFormats
import Synchronization
import Testing
import TykvaVerifier

@testable import webapp

@Suite(.serialized, .timeLimit(.minutes(15))) struct WebAppTests {
    private let provider = FakeProvider()

    /// Runs `body` with a browser at the application and the provider behind it.
    private func withApplication(
        _ body: @escaping @Sendable (Browser, any TestClientProtocol) async throws -> Void
    ) async throws {
        let provider = provider
        try await provider.serve {
            var environment = Environment()
            environment.set("ISSUER", value: provider.issuer)
            environment.set("CLIENT_SECRET", value: FakeProvider.secret)
            environment.set("ORDERS_URL", value: provider.issuer)
            let keys = try RemoteJWKSet(
                discoveryOf: provider.issuer, timeoutSeconds: 60, client: OutgoingCalls.patient.client)
            let application = try WebApp.application(
                try Settings(environment), keys: keys, calls: .patient, now: provider.now)
            try await application.test(.router) { client in try await body(Browser(client, provider), client) }
        }
    }

    @Test func `somebody signs in, sees their name and their orders, and signs out`() async throws {
        let provider = provider
        try await withApplication { browser, _ in
            #expect(try await !browser.isSignedIn())
            let request = try await browser.leave()
            #expect(request["response_type"] == "code")
            #expect(request["client_id"] == "web-app")
            #expect(request["redirect_uri"] == "http://127.0.0.1:8083/callback")
            #expect(request["code_challenge_method"] == "S256")
            #expect(request["resource"] == "https://orders.example")
            #expect(request["scope"]?.split(separator: " ").contains("openid") == true)
            #expect(try await browser.comeBack(request).status == 303)
            let home = try await browser.get("/")
            #expect(home.text.contains("signed in as <strong>Anna &lt;b&gt;</strong>"))
            #expect(home.policy?.contains("form-action 'self' \(provider.issuer);") == true)
            #expect(try await browser.get("/orders").text.contains("3 × pumpkin &amp; &lt;i&gt;"))

            let page = try await browser.post("/sign-out", origin: "http://127.0.0.1:8083")
            let parts = try #require(page.location).split(separator: "?", maxSplits: 1)
            #expect(parts[0] == provider.issuer + "/logout")
            let query = parameters(parts[1])
            #expect(query["id_token_hint"]?.split(separator: ".").count == 3)
            #expect(query["post_logout_redirect_uri"] == "http://127.0.0.1:8083/signed-out")
            #expect(try await !browser.isSignedIn())
            #expect(try await browser.get("/orders").status == 401)
        }
    }

    @Test func `an answer that does not belong to this browser and this request signs nobody in`() async throws {
        let provider = provider
        try await withApplication { browser, client in
            let thief = Browser(client, provider)
            let request = try await browser.leave()
            _ = try await thief.leave()
            #expect(try await thief.comeBack(request).status == 400)
            #expect(try await Browser(client, provider).comeBack(request).status == 400)
            #expect(try await browser.comeBack(request) { $0["state"] = nil }.status == 400)
            #expect(try await browser.comeBack(request) { $0["state"] = "x" }.status == 400)
            let twice = "/callback?state=\(request["state"] ?? "")&iss=a&iss=b&code=c"
            #expect(try await browser.get(twice).status == 400)
            // None of that has cost the honest browser its sign-in, which works once.
            #expect(try await browser.comeBack(request).status == 303)
            #expect(try await browser.comeBack(request).status == 400)
            #expect(try await !thief.isSignedIn())
            #expect(try await browser.isSignedIn())
        }
    }

    @Test func `the issuer's answer is looked at`() async throws {
        let provider = provider
        try await withApplication { browser, _ in
            func status(_ change: (inout [String: String]) -> Void) async throws -> Int {
                try await browser.comeBack(try await browser.leave(), change).status
            }
            for (name, value, expected) in [
                ("iss", nil, 400), ("iss", "https://evil.example", 400), ("code", nil, 400), ("code", "another", 400),
                ("error", "access_denied", 200), ("error", "<script>", 400),
            ] as [(String, String?, Int)] {
                let found = try await status { $0[name] = value }
                #expect(found == expected, "\(name)")
            }
            for (name, value) in [("nonce", "another"), ("aud", "another"), ("at_hash", "x"), ("sub", nil)]
                as [(String, JSONValue?)]
            {
                provider.state.withLock { $0.change = { $0[name] = value } }
                let found = try await status { _ in }
                #expect(found == 400, "\(name)")
            }
            provider.state.withLock { $0.change = { _ in } }
            #expect(try await !browser.isSignedIn())
            try await browser.signIn()
        }
    }

    @Test func `two tabs sign in at once, and a sign-in changes the cookie`() async throws {
        try await withApplication { browser, _ in
            let (first, second) = (try await browser.leave(), try await browser.leave())
            #expect(try await browser.comeBack(first).status == 303)
            let cookie = browser.cookies["__Host-webapp-session"]
            #expect(try await browser.comeBack(second).status == 303)
            #expect(browser.cookies["__Host-webapp-session"] != cookie)
            #expect(try await browser.isSignedIn())
        }
    }

    @Test func `an expired access token is refreshed, once for all who ask`() async throws {
        let provider = provider
        try await withApplication { browser, client in
            try await browser.signIn()
            provider.state.withLock { $0.now += 299 }
            let cookie = try #require(browser.cookies["__Host-webapp-session"])
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await client.execute(
                            uri: "/orders", method: .get, headers: [.cookie: "__Host-webapp-session=\(cookie)"]
                        ) { $0.status.code }
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(provider.state.withLock { $0.refreshes } == 1)
        }
    }

    @Test func `a refusal to refresh ends the session, an issuer that is away does not`() async throws {
        let provider = provider
        try await withApplication { browser, _ in
            try await browser.signIn()
            provider.state.withLock { $0.now += 400 }
            provider.state.withLock { $0.isDown = true }
            #expect(try await browser.get("/orders").status == 503)
            #expect(try await browser.get("/sign-in").status == 303)
            #expect(try await browser.isSignedIn())
            provider.state.withLock { $0.isDown = false }
            #expect(try await browser.get("/orders").status == 200)
            provider.state.withLock { $0.now += 400 }
            provider.state.withLock { $0.refusal = "invalid_grant" }
            #expect(try await browser.get("/orders").status == 401)
            #expect(try await !browser.isSignedIn())
        }
    }

    @Test func `a refresh that answers with another person ends the session`() async throws {
        let provider = provider
        try await withApplication { browser, _ in
            try await browser.signIn()
            provider.state.withLock { $0.now += 400 }
            provider.state.withLock { $0.change = { $0["sub"] = "u_2" } }
            #expect(try await browser.get("/orders").status == 401)
            #expect(try await !browser.isSignedIn())
        }
    }

    @Test func `the issuer signs out in the back channel`() async throws {
        let provider = provider
        try await withApplication { browser, client in
            let stranger = Browser(client, provider)
            try await browser.signIn()
            let other = try provider.logoutToken {
                $0["sid"] = "s_2"; $0["jti"] = "l_0"
            }
            #expect(try await stranger.post("/backchannel-logout", body: "logout_token=\(other)").status == 200)
            #expect(try await browser.isSignedIn())
            let token = try provider.logoutToken()
            #expect(try await stranger.post("/backchannel-logout", body: "logout_token=\(token)").status == 200)
            #expect(try await !browser.isSignedIn())
            #expect(try await stranger.post("/backchannel-logout", body: "logout_token=\(token)").status == 400)
            try await browser.signIn()
            let everywhere = try provider.logoutToken {
                $0["sid"] = nil; $0["jti"] = "l_3"
            }
            #expect(try await stranger.post("/backchannel-logout", body: "logout_token=\(everywhere)").status == 200)
            #expect(try await !browser.isSignedIn())
        }
    }

    @Test func `a form of another origin signs nobody out`() async throws {
        try await withApplication { browser, _ in
            try await browser.signIn()
            for origin in ["http://127.0.0.1:8084", "https://evil.example", "null"] {
                #expect(try await browser.post("/sign-out", origin: origin).status == 403)
            }
            #expect(try await browser.isSignedIn())
        }
    }

    @Test func `an hour is enough for a sign-in, and twelve for a session`() async throws {
        let provider = provider
        try await withApplication { browser, _ in
            let request = try await browser.leave()
            provider.state.withLock { $0.now += 3600 }
            #expect(try await browser.comeBack(request).status == 400)
            try await browser.signIn()
            provider.state.withLock { $0.now += 12 * 3600 }
            #expect(try await !browser.isSignedIn())
        }
    }

    @Test(arguments: [["PORT": "0"], ["CLIENT_SECRET": ""], ["ALGORITHM": "HS256"]])
    func `settings that make no sense stop it`(wrong: [String: String]) throws {
        var environment = Environment()
        environment.set("CLIENT_SECRET", value: "s")
        for (name, value) in wrong { environment.set(name, value: value) }
        #expect(throws: ConfigurationError.self) { try Settings(environment) }
    }
}
