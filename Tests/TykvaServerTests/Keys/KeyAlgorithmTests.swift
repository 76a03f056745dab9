import Foundation
import HTTPTypes
import OAuth
import Secrets
import Storage
import StrictFormats
import TestSupport
import Testing
import TykvaVerifier

@testable import TykvaServer

/// The whole issuer under each algorithm, and through a change from one to another.
@Suite(.serialized) struct KeyAlgorithmTests {
    private static let party = RelyingParty.trusted

    /// An operator's command beside the server, and long enough for the node to look at its keys again.
    private static func administer(
        _ server: TestServer, _ body: (KeyAdministration) async throws -> Void
    ) async throws {
        let database = try await server.store.open()
        try await body(KeyAdministration(database, secrets: server.secrets, times: .standard))
        await database.close()
        server.clock.advance(by: KeyTimes.trust + .seconds(1))
    }

    private static func change(_ server: TestServer, to algorithm: SigningAlgorithm) async throws {
        try await administer(server) { keys in
            _ = try await keys.rotate(to: algorithm, isImmediate: true, at: server.clock.now)
        }
    }

    private static func keySet(_ server: TestServer) async throws -> JWKSet {
        try JWKSet(json: try await server.get("/.well-known/jwks.json").text)
    }

    private static func algorithms(_ server: TestServer) async throws -> [String]? {
        let metadata = try await server.get("/.well-known/openid-configuration").json
        let idToken = metadata?["id_token_signing_alg_values_supported"]?.stringArrayValue
        #expect(metadata?["access_token_signing_alg_values_supported"]?.stringArrayValue == idToken)
        return idToken
    }

    private static func bearer(_ token: String) -> HTTPFields { [.authorization: "Bearer \(token)"] }

    @Test(arguments: SigningAlgorithm.allCases)
    func `tokens of every kind are signed with it, and checked`(_ algorithm: SigningAlgorithm) async throws {
        try await TestServer.runSingleSignOn { server in
            try await Self.change(server, to: algorithm)
            let (_, answer) = try await Self.party.signedIn(server)
            let access = try Tokens(answer).accessToken
            let idToken = try #require(answer.json?["id_token"]?.stringValue)
            let accepted = try #require(TokenAlgorithm(name: algorithm.rawValue))
            let keys = KeySource.fixed(try await Self.keySet(server))
            let now = server.clock.now
            let verifier = try TokenVerifier(
                issuer: TestServer.issuer, audience: TestServer.issuer, algorithm: accepted, keys: keys,
                now: { Date(timeIntervalSince1970: Double(now.seconds)) })
            #expect(try await verifier.verify(access).clientID == Self.party.id)
            let person = try await IDTokenVerifier(
                issuer: TestServer.issuer, clientID: Self.party.id, algorithm: accepted, keys: keys,
                now: { Date(timeIntervalSince1970: Double(now.seconds)) }
            ).verify(idToken, nonce: .value("no"), accessToken: access)
            #expect(person.audience == [Self.party.id])
            #expect(access.utf8.count <= (algorithm == .mlDSA65 ? 8704 : 4864))
            #expect(try await server.get("/userinfo", headers: Self.bearer(access)).status == 200)
            let signed = try await Self.algorithms(server)
            #expect(signed?.first == algorithm.rawValue)
            // The old key is in the set until its tokens are over.
            #expect(signed?.count == (algorithm == .es256 ? 1 : 2))
            server.clock.advance(by: KeyTimes.retirement)
            #expect(try await Self.algorithms(server) == [algorithm.rawValue])
            #expect(try await Self.keySet(server).keyIDs.count == 2)
        }
    }

    @Test func `a token of the old algorithm is good until it expires, and its ID token stays a hint`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, answer) = try await Self.party.signedIn(server)
            let access = try Tokens(answer).accessToken
            let idToken = try #require(answer.json?["id_token"]?.stringValue)
            try await Self.change(server, to: .edDSA)
            let refreshed = try await Self.party.refresh(answer.json?["refresh_token"]?.stringValue, at: server)
            #expect(refreshed.status == 200)
            #expect(try await server.get("/userinfo", headers: Self.bearer(access)).status == 200)
            #expect(try await Self.keySet(server).keyIDs.count == 3)
            server.clock.advance(by: .hours(2))
            #expect(try await Self.keySet(server).keyIDs.count == 2)
            let query = "id_token_hint=\(idToken)&post_logout_redirect_uri=https://portal.example.com/out"
            let out = try await browser.get("/logout?\(query)")
            #expect(out.location?.hasPrefix("https://portal.example.com/out") == true)
        }
    }

    @Test func `of a revoked key nothing is believed any more`() async throws {
        try await TestServer.runSingleSignOn { server in
            let (browser, answer) = try await Self.party.signedIn(server)
            let access = try Tokens(answer).accessToken
            let idToken = try #require(answer.json?["id_token"]?.stringValue)
            let keys = try await server.database.once(.signingKeys)
            let active = try #require(keys.first { $0.life.state(at: server.clock.now) == .active })
            try await Self.administer(server) { keys in
                _ = try await keys.revoke(active.id, at: server.clock.now)
            }
            let refreshed = try await Self.party.refresh(answer.json?["refresh_token"]?.stringValue, at: server)
            #expect(refreshed.status == 200)
            #expect(try await server.get("/userinfo", headers: Self.bearer(access)).status == 401)
            #expect(try await !Self.keySet(server).keyIDs.contains(active.id.text))
            let out = try await browser.get("/logout?id_token_hint=\(idToken)")
            #expect(out.location == nil && out.status == 400)
            let new = try Tokens(refreshed).accessToken
            #expect(try await server.get("/userinfo", headers: Self.bearer(new)).status == 200)
        }
    }
}
