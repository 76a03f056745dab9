import Foundation
import JWTKit
import StrictFormats
import Testing
import TykvaVerifier

@Suite struct TokenVerifierTests {
    private let forge = TokenForge.es256

    @Test func `a good token is accepted and tells what it says`() async throws {
        let token = try await forge.verifier().verify(try forge.token())
        #expect(token.issuer == TokenForge.issuer)
        #expect(token.subject == "u_1")
        #expect(token.clientID == "web")
        #expect(token.tokenID == "t_1")
        #expect(token.audience == [TokenForge.audience])
        #expect(token.scope == ["openid", "orders:read"])
        #expect(token.sessionID == "s_1")
        #expect(token.issuedAt.timeIntervalSince1970 == TokenForge.now)
        #expect(token.expiresAt.timeIntervalSince1970 == TokenForge.now + 300)
        #expect(token.authenticatedAt?.timeIntervalSince1970 == TokenForge.now - 60)
        #expect(token.authenticationMethods == ["pwd"])
        #expect(token.roles == ["accountant", "clerk"])
        #expect(token.groups == [])
        #expect(token.name == nil)
    }

    @Test(arguments: ["es256", "rs256", "ps256", "eddsa"])
    func `each algorithm is checked`(name: String) async throws {
        let forges = try [
            "es256": TokenForge.es256, "rs256": .rs256(), "ps256": .ps256(), "eddsa": .eddsa,
        ]
        let forge = try #require(forges[name])
        let token = try forge.token()
        #expect(try await forge.verifier().verify(token).subject == "u_1")
        #expect(await refusal(of: String(token.dropLast(6)) + "AAAAAA", by: try forge.verifier()) != nil)
    }

    @Test func `the header's members may stand in any order, with spaces and members that mean nothing to us`()
        async throws
    {
        let verifier = try forge.verifier()
        for header in [
            #"{"alg":"ES256","typ":"at+jwt","kid":"key-1"}"#, #"{"kid":"key-1","typ":"at+jwt","alg":"ES256"}"#,
            #" { "typ" : "at+jwt" , "alg":"ES256", "kid":"key-1" } "#,
            #"{"alg":"ES256","typ":"application/at+jwt","kid":"key-1"}"#,
            #"{"alg":"ES256","typ":"at+jwt","kid":"key-1","x5t":"abc","other":{"a":[1]}}"#,
            #"{"\u0061lg":"ES\u003256","typ":"at+jwt","kid":"key\u002d1"}"#,
        ] {
            let token = try forge.token(header: header, claims: TokenForge.claims.encoded())
            #expect(try await verifier.verify(token).subject == "u_1")
        }
    }

    @Test func `an audience among several is enough`() async throws {
        var claims = TokenForge.claims
        claims["aud"] = ["https://other.example", .string(TokenForge.audience)]
        let token = try await forge.verifier().verify(try forge.token(claims: claims))
        #expect(token.audience == ["https://other.example", TokenForge.audience])
    }

    @Test func `times may be fractions, and the skew counts on both sides`() async throws {
        let clock = ManualClock()
        let verifier = try forge.verifier(clock: clock)
        var claims = TokenForge.claims
        claims["exp"] = .number(TokenForge.now + 0.5)
        claims["nbf"] = .number(TokenForge.now - 0.5)
        let token = try forge.token(claims: claims)
        for good in [0, 30, 30.25, -29.5] {
            clock.set(TokenForge.now + good)
            _ = try await verifier.verify(token)
        }
        clock.set(TokenForge.now + 30.5)
        #expect(await refusal(of: token, by: verifier)?.check == .expiry)
        clock.set(TokenForge.now - 30.75)
        #expect(await refusal(of: token, by: verifier)?.check == .notBefore)
    }

    @Test func `a time refusal tells the verifier's time, the limit and the difference`() async throws {
        let clock = ManualClock(TokenForge.now + 400)
        let error = try #require(await refusal(of: try forge.token(), by: try forge.verifier(clock: clock)))
        #expect(
            error.reason == "exp has passed: exp is 2026-05-28T20:31:40Z, the verifier's time 2026-05-28T20:33:20Z, "
                + "the difference 100 s, the skew allowed 30 s")
        clock.set(TokenForge.now - 31)
        let early = try #require(await refusal(of: try forge.token(), by: try forge.verifier(clock: clock)))
        #expect(early.check == .issuedAt)
        #expect(early.reason.contains("the difference 31 s"))
    }

    @Test func `during a change of algorithm two are accepted, each with its own key`() async throws {
        let keys = KeySource.fixed(try TokenForge.keySet(.es256, .eddsa))
        let both = try forge.verifier(alsoAccepting: .eddsa, keys: keys)
        #expect(try await both.verify(try TokenForge.es256.token()).subject == "u_1")
        #expect(try await both.verify(try TokenForge.eddsa.token()).subject == "u_1")
        let one = try forge.verifier(keys: keys)
        #expect(await refusal(of: try TokenForge.eddsa.token(), by: one)?.check == .algorithm)
    }

    @Test func `tokens of JWTKit are accepted`() async throws {
        struct Payload: JWTPayload {
            var iss = TokenForge.issuer
            var aud = TokenForge.audience
            var sub = "u_9"
            var client_id = "web"
            var jti = "t_9"
            var iat = TokenForge.now
            var exp = TokenForge.now + 60
            func verify(using algorithm: some JWTAlgorithm) throws {}
        }
        let key = ES256PrivateKey()
        let parameters = try #require(key.parameters)
        let collection = JWTKeyCollection()
        await collection.add(ecdsa: key, kid: "jwtkit")
        let text = try await collection.sign(Payload(), kid: "jwtkit", header: ["typ": "at+jwt"])
        func url(_ text: String) -> String {
            text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        let set = try JWKSet(
            json: """
                {"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","kid":"jwtkit",
                "x":"\(url(parameters.x))","y":"\(url(parameters.y))"}]}
                """)
        let token = try await forge.verifier(keys: .fixed(set)).verify(text)
        #expect(token.subject == "u_9")
        #expect(token.expiresAt.timeIntervalSince1970 == TokenForge.now + 60)
    }

    @Test func `the application can withdraw its trust in a token`() async throws {
        let verifier = try forge.verifier(isRevoked: { $0.tokenID == "t_1" })
        #expect(await refusal(of: try forge.token(), by: verifier)?.check == .revoked)
        var claims = TokenForge.claims
        claims["jti"] = "t_2"
        #expect(try await verifier.verify(try forge.token(claims: claims)).tokenID == "t_2")
    }

    @Test(arguments: [-1, 121]) func `a skew outside its bounds is refused`(skew: Int) throws {
        #expect(throws: TokenVerifierConfigurationError.self) {
            try TokenVerifier(
                issuer: "https://a.example", audience: "b", algorithm: .es256,
                keys: .fixed(try TokenForge.keySet(.es256)), clockSkewSeconds: skew)
        }
    }

    @Test(arguments: [
        "http://auth.example.com/jwks", "http://127.0.0.1.evil.example/jwks", "http://127.evil.example/jwks",
        "http://localhost.evil.example/", "ftp://auth.example.com/jwks", "file:///etc/passwd", "/jwks", "https://",
        "https://user@auth.example.com/jwks", "https://user:pw@auth.example.com/jwks", "https://auth.example.com/#a",
        "https://auth example.com/", "", "http://127.0.0.1@evil.example/", "http://[::2]/", "http://127.0.0.256/",
    ])
    func `keys come over https, or from loopback`(url: String) throws {
        #expect(throws: TokenVerifierConfigurationError.self) { try RemoteJWKSet(jwksURL: url) }
        #expect(throws: TokenVerifierConfigurationError.self) { try RemoteJWKSet(discoveryOf: url) }
    }

    @Test(arguments: [
        "https://auth.example.com/jwks", "http://127.0.0.1:8080/jwks", "http://localhost/jwks", "http://[::1]:1/jwks",
        "HTTPS://auth.example.com/jwks", "http://127.1.2.3/",
    ])
    func `https and loopback addresses are taken`(url: String) throws {
        _ = try RemoteJWKSet(jwksURL: url)
    }
}
