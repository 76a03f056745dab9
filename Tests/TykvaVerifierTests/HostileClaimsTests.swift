import StrictFormats
import Testing
import TykvaVerifier

/// Steps 5 and 6: for every check claims that it alone refuses, under a good header and a good signature.
@Suite struct HostileClaimsTests {
    typealias Check = TokenVerificationError.Check

    private let forge = TokenForge.es256
    private let now = Int64(TokenForge.now)

    private func check(_ token: String) async throws -> Check? {
        try await refusedCheck(of: token, by: forge)
    }

    private func check(_ name: String, _ value: JSONValue?) async throws -> Check? {
        var claims = TokenForge.claims
        claims[name] = value
        return try await check(try forge.token(claims: claims))
    }

    private func check(raw claims: [UInt8]) async throws -> Check? {
        try await check(try forge.token(header: JSONValue.object(forge.header).encodedString, claims: claims))
    }

    @Test(arguments: [
        "null", "[]", "\"a\"", "{}x", "x", "{\"a\":1,}", "\u{feff}{}", "{\"a\":01}", "{\"a\":NaN}", "{\"a\":1e400}",
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\u{0}\"}",
    ])
    func `claimsJSON, T18, only a JSON object`(text: String) async throws {
        #expect(try await check(raw: Array(text.utf8)) == .claimsJSON)
    }

    @Test func `claimsJSON, T11, a claim that stands twice is refused in both orders`() async throws {
        let good = String(decoding: TokenForge.claims.encoded(), as: UTF8.self)
        for second in [#""sub":"admin""#, #""sub":"u_1""#, #""\u0073ub":"admin""#, #""exp":9999999999"#, #""aud":"x""#]
        {
            #expect(try await check(raw: Array((good.dropLast() + ",\(second)}").utf8)) == .claimsJSON)
            #expect(try await check(raw: Array("{\(second),\(good.dropFirst())".utf8)) == .claimsJSON)
        }
        #expect(try await check(raw: Array((good.dropLast() + #","x":{"a":1,"a":1}}"#).utf8)) == .claimsJSON)
    }

    @Test func `claimsJSON, T18, invalid UTF-8 and too deep claims are refused`() async throws {
        let good = Array(TokenForge.claims.encoded().dropLast())
        #expect(
            try await check(raw: good + Array(",\"x\":\"".utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8)) == .claimsJSON
        )
        let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        #expect(try await check(raw: good + Array(",\"x\":\(deep)}".utf8)) == .claimsJSON)
        let shallow = String(repeating: "[", count: 15) + String(repeating: "]", count: 15)
        #expect(try await check(raw: good + Array(",\"x\":\(shallow)}".utf8)) == nil)
    }

    @Test(
        arguments: [
            nil, .null, "", "https://auth.example.com/", "https://AUTH.example.com", "https://auth.example.co",
            "https://auth.example.comm", "http://auth.example.com", "https://evil.example", "auth.example.com", 1,
            ["https://auth.example.com"], ["https://auth.example.com": 1], "https://auth.example.com\0",
            " https://auth.example.com",
        ] as [JSONValue?])
    func `issuer, T16, is compared byte for byte`(value: JSONValue?) async throws {
        #expect(try await check("iss", value) == .issuer)
    }

    @Test func `issuer, a canonically equivalent spelling is another issuer`() async throws {
        let verifier = try TokenVerifier(
            issuer: "https://K.example", audience: TokenForge.audience, algorithm: .es256,
            keys: .fixed(try TokenForge.keySet(forge)), now: ManualClock().date)
        var claims = TokenForge.claims
        claims["iss"] = "https://\u{212A}.example"
        #expect(await refusal(of: try forge.token(claims: claims), by: verifier)?.check == .issuer)
        claims["iss"] = "https://K.example"
        #expect(await refusal(of: try forge.token(claims: claims), by: verifier) == nil)
    }

    @Test(
        arguments: [
            nil, .null, "", "https://api.example.com/", "https://api.example.co",
            "https://api.example.com.evil.example",
            "https://API.example.com", "https://other.example", "*", 1, true, [], [""], ["https://other.example"],
            ["https://api.example.co", "https://api.example.comm"], ["https://api.example.com", .null],
            ["https://api.example.com", 1], [["https://api.example.com"]], ["https://api.example.com": true],
            "https://api.example.com https://other.example",
        ] as [JSONValue?])
    func `audience, T17, must contain this service`(value: JSONValue?) async throws {
        #expect(try await check("aud", value) == .audience)
    }

    @Test(arguments: [-31, -3600, -1_780_000_000]) func `expiry, T15, a token of the past is refused`(offset: Int64)
        async throws
    {
        #expect(try await check("exp", .integer(now + offset)) == .expiry)
        #expect(try await check("exp", .number(Double(now + offset) + 0.5)) == .expiry)
    }

    @Test func `expiry, the skew's end is exact`() async throws {
        #expect(try await check("exp", .integer(now - 30)) == .expiry)
        #expect(try await check("exp", .integer(now - 29)) == nil)
        #expect(try await check("exp", .integer(1 << 53)) == nil)
    }

    @Test(
        arguments: [
            nil, .null, "1780000300", "", true, [1_780_000_300], [:], -1, .integer(-1_780_000_000),
            .integer((1 << 53) + 1), .number(0x1p53), .integer(.max), .number(1e300), .number(-0.5),
        ] as [JSONValue?])
    func `claims, T15, exp must be a time`(value: JSONValue?) async throws {
        #expect(try await check("exp", value) == .claims)
    }

    @Test func `notBefore, T15, a token for later is refused`() async throws {
        #expect(try await check("nbf", .integer(now + 30)) == nil)
        #expect(try await check("nbf", .integer(now + 31)) == .notBefore)
        #expect(try await check("nbf", .integer(1 << 53)) == .notBefore)
        for wrong in [.null, "0", true, [], -1, .number(1e300)] as [JSONValue] {
            #expect(try await check("nbf", wrong) == .claims)
        }
    }

    @Test func `issuedAt, T15, a token from the future is refused`() async throws {
        #expect(try await check("iat", .integer(now + 30)) == nil)
        #expect(try await check("iat", .integer(now + 31)) == .issuedAt)
        for wrong in [nil, .null, "1780000000", true, [], -1, .number(1e300)] as [JSONValue?] {
            #expect(try await check("iat", wrong) == .claims)
        }
    }

    @Test(arguments: ["sub", "client_id", "jti"])
    func `claims, the claims that RFC 9068 requires are there and are texts`(name: String) async throws {
        for wrong in [nil, .null, "", 1, true, ["a"], [:]] as [JSONValue?] {
            #expect(try await check(name, wrong) == .claims)
        }
    }

    @Test(arguments: ["sid", "scope", "acr"]) func `claims, optional texts are texts`(name: String) async throws {
        for wrong in [.null, 1, true, ["a"], [:]] as [JSONValue] {
            #expect(try await check(name, wrong) == .claims)
        }
        #expect(try await check(name, nil) == nil)
    }

    @Test func `claims, auth_time is a time and amr are texts`() async throws {
        for wrong in [.null, "1", true, -1] as [JSONValue] {
            #expect(try await check("auth_time", wrong) == .claims)
        }
        for wrong in [.null, "pwd", ["pwd", 1], [.null]] as [JSONValue] {
            #expect(try await check("amr", wrong) == .claims)
        }
        #expect(try await check("auth_time", nil) == nil)
        #expect(try await check("amr", nil) == nil)
    }

    @Test func `confirmation, a token bound to a key is no bearer token`() async throws {
        #expect(try await check("cnf", ["jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"]) == .confirmation)
        #expect(try await check("cnf", .null) == .confirmation)
        #expect(try await check("cnf", [:]) == .confirmation)
    }

    @Test func `T14, an ID token and a logout token of the same issuer and key are refused by their claims too`()
        async throws
    {
        // Even when a careless issuer gave them the header of an access token.
        var idToken = TokenForge.claims
        idToken["client_id"] = nil
        idToken["nonce"] = "n"
        #expect(try await check(try forge.token(claims: idToken)) == .claims)
        var logout = TokenForge.claims
        logout["client_id"] = nil
        logout["exp"] = nil
        logout["events"] = ["http://schemas.openid.net/event/backchannel-logout": [:]]
        #expect(try await check(try forge.token(claims: logout)) == .claims)
    }

    @Test func `every refusal has the same face and keeps the token to itself`() async throws {
        var claims = TokenForge.claims
        claims["exp"] = .integer(now - 1000)
        let expired = try forge.token(claims: claims)
        let spoiled = try forge.token().dropLast(4) + "AAAA"
        for token in [expired, String(spoiled), "rubbish"] {
            let error = try #require(await refusal(of: token, by: try forge.verifier()))
            #expect(error.code == "invalid_token")
            #expect("\(error.publicDescription)" == "The token is not valid.")
            for part in token.split(separator: ".") where part.count > 20 {
                #expect(!error.description.contains(part))
            }
        }
    }
}
