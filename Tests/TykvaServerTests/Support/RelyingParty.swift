import Foundation
import OAuth
import Secrets
import TestSupport
import Testing

@testable import TykvaServer

/// An application that signs people in: makes authorization requests, and redeems codes.
struct RelyingParty {
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    static let secret = "tkvc_x"
    let id: String
    var callback: String { "https://\(id).example.com/callback" }

    static let trusted = RelyingParty(id: "portal")
    static let other = RelyingParty(id: "shop")

    /// `portal` is the deployment's own, `shop` is somebody else's.
    static func clients() throws -> [Client] {
        try [trusted, other].map { party in
            Client(
                id: try TestServer.clientID(party.id), authentication: .secret(hash: TokenHash(of: secret).bytes),
                displayName: party.id.capitalized, isFirstParty: party.id == "portal",
                grants: [.authorizationCode, .refreshToken],
                scope: try #require(Scope("openid profile email offline_access")),
                redirectURIs: [try RegisteredRedirectURI(party.callback)],
                postLogoutRedirectURIs: [try RegisteredRedirectURI("https://\(party.id).example.com/out")],
                createdAt: Milliseconds(0))
        }
    }

    func request(_ changes: [String: String?] = [:]) -> String {
        var values: [String: String?] = [
            "client_id": id, "redirect_uri": callback, "response_type": "code", "scope": "openid profile",
            "state": "st&=", "nonce": "no", "code_challenge": Self.challenge, "code_challenge_method": "S256",
        ]
        for (name, value) in changes { values[name] = value }
        return values.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\(name)=\(percentEncoded($0))" }
        }.joined(separator: "&")
    }

    func address(_ changes: [String: String?] = [:]) -> String { "/authorize?\(request(changes))" }

    func redeem(
        _ code: String?, at server: TestServer, with changes: [String: String] = [:], secret: String = Self.secret
    ) async throws -> Answer {
        var form = [
            "grant_type": "authorization_code", "code": try #require(code), "redirect_uri": callback,
            "code_verifier": Self.verifier,
        ]
        for (name, value) in changes { form[name] = value }
        return try await server.post(form.map { ($0.key, $0.value) }, headers: TestServer.basic(id, secret))
    }

    func refresh(_ token: String?, at server: TestServer) async throws -> Answer {
        try await server.post(
            [("grant_type", "refresh_token"), ("refresh_token", try #require(token))],
            headers: TestServer.basic(id, Self.secret))
    }

    /// A browser whose person is signed in, and the tokens of this application.
    func signedIn(
        _ server: TestServer, _ changes: [String: String?] = [:]
    ) async throws -> (browser: WebBrowser, tokens: Answer) {
        let browser = WebBrowser(server)
        _ = try await browser.follow(browser.get(address(changes)))
        var visit = try await browser.signIn()
        if visit.location?.hasPrefix("/consent") == true {
            _ = try await browser.follow(visit)
            visit = try await browser.submit(["decision": "allow"])
        }
        return (browser, try await redeem(visit.parameter("code"), at: server))
    }
}

extension TestServer {
    /// With a user `anna` and both relying parties.
    static func runSingleSignOn(
        on engine: Engine = .sqlite, configure: (inout ServerConfiguration) throws -> Void = { _ in },
        _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await run(on: engine, configure: configure, clients: RelyingParty.clients()) { server in
            try await server.addUser("anna")
            try await body(server)
        }
    }
}
