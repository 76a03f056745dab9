import Foundation
import StrictFormats
import Testing

@testable import TykvaVerifier

@Suite struct IDTokenVerifierTests {
    private let forge = TokenForge.es256
    private let now = Int64(TokenForge.now)

    private func check(
        _ token: String, nonce: ExpectedNonce = .value(TokenForge.nonce), accessToken: String? = nil,
        maxAgeSeconds: Int? = nil
    ) async throws -> TokenVerificationError.Check? {
        do {
            _ = try await forge.idTokenVerifier().verify(
                token, nonce: nonce, accessToken: accessToken, maxAgeSeconds: maxAgeSeconds)
            return nil
        } catch let error as TokenVerificationError {
            return error.check
        }
    }

    @Test func `a good ID token is accepted and tells what it says`() async throws {
        let token = try await forge.idTokenVerifier().verify(try forge.idToken(), nonce: .value(TokenForge.nonce))
        #expect(token.issuer == TokenForge.issuer)
        #expect(token.subject == "u_1")
        #expect(token.audience == ["web"])
        #expect(token.sessionID == "s_1")
        #expect(token.nonce == TokenForge.nonce)
        #expect(token.authenticatedAt?.timeIntervalSince1970 == TokenForge.now - 60)
        #expect(token.expiresAt.timeIntervalSince1970 == TokenForge.now + 300)
        #expect(token.authenticationContext == "urn:tykva:acr:password")
        #expect(token.authenticationMethods == ["pwd"])
        #expect(token.name == "Anna")
        #expect(token.email == "anna@example.com")
        #expect(token.isEmailVerified)
        #expect("\(token)" == "VerifiedIDToken")
    }

    @Test func `typ is JWT or absent, and nothing else`() async throws {
        let claims = TokenForge.idTokenClaims
        var header = forge.idTokenHeader
        header["typ"] = nil
        #expect(try await check(try forge.token(header: header, claims: claims)) == nil)
        for type in ["jwt", "at+jwt", "logout+jwt", "application/at+jwt", "secevent+jwt", ""] {
            header["typ"] = .string(type)
            #expect(try await check(try forge.token(header: header, claims: claims)) == .type, "\(type)")
        }
        for type in [nil, 1, []] as [JSONValue?] {
            header["typ"] = type ?? .null
            #expect(try await check(try forge.token(header: header, claims: claims)) == .type)
        }
    }

    @Test func `aud contains the client, and azp is it`() async throws {
        let several: JSONValue = ["web", "other"]
        for (aud, azp, expected) in [
            ("web", "web", nil), (["web"], nil, nil), (several, "web", nil),
            ("other", nil, .audience), (["other", "more"], "web", .audience), ("WEB", nil, .audience),
            ([], nil, .audience), (several, nil, .authorizedParty), (several, "other", .authorizedParty),
            ("web", "other", .authorizedParty), ("web", "", .authorizedParty), ("web", 1, .claims),
        ] as [(JSONValue, JSONValue?, TokenVerificationError.Check?)] {
            let token = try forge.idToken {
                $0["aud"] = aud
                $0["azp"] = azp
            }
            #expect(try await check(token) == expected, "\(aud) \(String(describing: azp))")
        }
    }

    @Test func `the nonce is the one of the request`() async throws {
        let plain = try forge.idToken { $0["nonce"] = nil }
        #expect(try await check(try forge.idToken(), nonce: .value("another")) == .nonce)
        #expect(try await check(try forge.idToken(), nonce: .value(TokenForge.nonce + " ")) == .nonce)
        #expect(try await check(plain) == .nonce)
        #expect(try await check(try forge.idToken { $0["nonce"] = 1 }) == .claims)
        #expect(try await check(try forge.idToken { $0["nonce"] = "" }, nonce: .value("")) == .nonce)
        #expect(try await check(plain, nonce: .none(reason: "an old client")) == nil)
        #expect(try await check(try forge.idToken(), nonce: .none(reason: "an old client")) == .nonce)
    }

    @Test func `a refreshed ID token is of the same person and sign-in`() async throws {
        let first = try await forge.idTokenVerifier().verify(try forge.idToken(), nonce: .value(TokenForge.nonce))
        let expected = ExpectedNonce.refreshed(first)
        #expect(try await check(try forge.idToken { $0["nonce"] = nil }, nonce: expected) == nil)
        #expect(try await check(try forge.idToken(), nonce: expected) == nil)
        #expect(try await check(try forge.idToken { $0["nonce"] = "another" }, nonce: expected) == .nonce)
        #expect(try await check(try forge.idToken { $0["sub"] = "u_2" }, nonce: expected) == .refreshedIdentity)
        let later = try forge.idToken { $0["auth_time"] = .integer(now - 59) }
        #expect(try await check(later, nonce: expected) == .refreshedIdentity)
    }

    @Test func `max_age needs a sign-in that is young enough`() async throws {
        #expect(try await check(try forge.idToken(), maxAgeSeconds: 60) == nil)
        #expect(try await check(try forge.idToken(), maxAgeSeconds: 30) == nil)
        #expect(try await check(try forge.idToken(), maxAgeSeconds: 29) == .authenticationTime)
        #expect(try await check(try forge.idToken(), maxAgeSeconds: 0) == .authenticationTime)
        let timeless = try forge.idToken { $0["auth_time"] = nil }
        #expect(try await check(timeless, maxAgeSeconds: 60) == .authenticationTime)
        #expect(try await check(timeless) == nil)
    }

    /// OpenID Connect Core, Appendix A.3 and A.4: the published pair of `at_hash` and access token.
    @Test func `at_hash is the published one`() async throws {
        let accessToken = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
        #expect(AccessTokenHash.of(accessToken, algorithm: .rs256) == "77QmUPtjPfzWtF2AnpK9RQ")
        let token = try forge.idToken { $0["at_hash"] = "77QmUPtjPfzWtF2AnpK9RQ" }
        #expect(try await check(token, accessToken: accessToken) == nil)
        #expect(try await check(token, accessToken: accessToken + "x") == .accessTokenHash)
        #expect(try await check(try forge.idToken(), accessToken: accessToken) == .accessTokenHash)
        #expect(try await check(token) == nil)
    }

    @Test func `each algorithm has its own at_hash`() async throws {
        for forge in [TokenForge.es256, try .rs256(), try .ps256(), .eddsa] {
            let hash = try #require(AccessTokenHash.of("t", algorithm: forge.algorithm))
            #expect(hash.utf8.count == (forge.algorithm == .eddsa ? 43 : 22))
            let token = try forge.idToken { $0["at_hash"] = .string(hash) }
            _ = try await forge.idTokenVerifier().verify(token, nonce: .value(TokenForge.nonce), accessToken: "t")
        }
    }

    @Test func `what every token must have, ID tokens must have too`() async throws {
        for name in ["iss", "sub", "aud", "exp", "iat"] {
            #expect(try await check(try forge.idToken { $0[name] = nil }) != nil, "\(name)")
        }
        #expect(try await check(try forge.idToken { $0["iss"] = "https://other.example" }) == .issuer)
        #expect(try await check(try forge.idToken { $0["exp"] = .integer(now - 31) }) == .expiry)
        #expect(try await check(try forge.idToken { $0["iat"] = .integer(now + 31) }) == .issuedAt)
        #expect(try await check(try forge.idToken { $0["events"] = [:] }) == .forbiddenClaim)
        #expect(try await check(try forge.idToken { $0["cnf"] = [:] }) == .confirmation)
        let other = TokenForge(kid: forge.kid, algorithm: .es256, signer: TokenForge.otherES256.signer)
        #expect(try await check(try other.idToken()) == .signature)
        #expect(try await check("e30.e30.e30") == .algorithm)
    }

    @Test func `a verifier needs an issuer and a client`() throws {
        for (issuer, client) in [("", "web"), ("https://a.example", "")] {
            #expect(throws: TokenVerifierConfigurationError.self) {
                try IDTokenVerifier(
                    issuer: issuer, clientID: client, algorithm: .es256, keys: .fixed(try TokenForge.keySet(.es256)))
            }
        }
    }
}
