import StrictFormats
import Testing
import TykvaVerifier

/// For every check a token that this check alone refuses: its signature is good and nothing else is wrong with it.
@Suite struct HostileTokenTests {
    typealias Check = TokenVerificationError.Check

    private let forge = TokenForge.es256

    private func check(header: String) async throws -> Check? {
        try await check(try forge.token(header: header, claims: TokenForge.claims.encoded()))
    }

    private func check(_ token: String) async throws -> Check? {
        try await refusedCheck(of: token, by: forge)
    }

    // MARK: Step 1

    @Test func `size, a token of 8192 bytes passes and a longer one does not`() async throws {
        var claims = TokenForge.claims
        claims["pad"] = ""
        let base = try forge.token(claims: claims).utf8.count
        claims["pad"] = .string(String(repeating: "a", count: (8192 - base) * 3 / 4))
        let longest = try forge.token(claims: claims)
        #expect((8190...8192).contains(longest.utf8.count))
        #expect(try await check(longest) == nil)
        claims["pad"] = .string(String(repeating: "a", count: (8192 - base) * 3 / 4 + 3))
        #expect(try await check(try forge.token(claims: claims)) == .size)
        #expect(try await check(String(repeating: "a", count: 1 << 20)) == .size)
    }

    @Test func `parts, T12, only three and none empty`() async throws {
        let token = try forge.token()
        let parts = token.split(separator: ".").map(String.init)
        for text in [
            "", ".", "..", "...", "abc", "a.b", parts[0] + "." + parts[1], token + ".", "." + token, token + ".AAAA",
            token + "..", ".\(parts[1]).\(parts[2])", "\(parts[0])..\(parts[2])", "\(parts[0]).\(parts[1]).",
            "\(parts[0]).\(parts[1]).\(parts[2]).AAAA.AAAA",
            #"{"payload":"\#(parts[1])","protected":"\#(parts[0])","signature":"\#(parts[2])"}"#,
        ] {
            #expect(try await check(text) == .parts, "\(text)")
        }
    }

    @Test func `encoding, T12, only canonical base64url in each part`() async throws {
        let token = try forge.token()
        let parts = token.split(separator: ".").map(String.init)
        for index in 0..<3 {
            for spoil: (String) -> String in [
                { $0 + "=" }, { $0 + "==" }, { $0 + " " }, { " " + $0 }, { $0 + "\n" }, { $0 + "é" },
                { $0.dropLast() + "+" }, { $0.dropLast() + "/" }, { $0 + "\0" }, { $0 + "\u{212A}" },
            ] {
                var spoiled = parts
                spoiled[index] = spoil(parts[index])
                #expect(try await check(spoiled.joined(separator: ".")) == .encoding)
            }
        }
        // The last character of a 64-byte signature carries four bits that must be zero.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(alphabet.firstIndex(of: parts[2].last ?? "?"))
        for stray in 1..<16 {
            let signature = parts[2].dropLast() + String(alphabet[last + stray])
            #expect(try await check("\(parts[0]).\(parts[1]).\(signature)") == .encoding)
        }
    }

    @Test func `encoding, a header with stray bits is refused though its signature is good`() async throws {
        let header = #"{"alg":"ES256","typ":"at+jwt","kid":"key-1"} "#
        let text = Base64URL.encode(Array(header.utf8))
        try #require(text.utf8.count % 4 != 0 || header.utf8.count % 3 == 0)
        for padding in ["", " ", "  "] {
            let encoded = Base64URL.encode(Array((header + padding).utf8))
            guard encoded.utf8.count % 4 == 2 else { continue }
            let stray = encoded.dropLast() + (encoded.hasSuffix("A") ? "B" : encoded.hasSuffix("Q") ? "R" : "h")
            let input = "\(stray).\(Base64URL.encode(TokenForge.claims.encoded()))"
            let token = "\(input).\(Base64URL.encode(try forge.signature(of: input)))"
            #expect(try await check(token) == .encoding)
        }
    }

    // MARK: Step 2

    @Test(arguments: [
        "", " ", "null", "[]", "\"alg\"", "{", "{}x", #"{"alg":"ES256","typ":"at+jwt","kid":"key-1"}{}"#,
        #"{"alg":"ES256","typ":"at+jwt","kid":"key-1",}"#, #"{'alg':'ES256'}"#, "\u{feff}{}",
        #"{"alg":"ES256","typ":"at+jwt","kid":"key-1","x":[[[[[[1]]]]]]}"#,
        #"{"alg":"ES256","typ":"at+jwt","kid":"key-1","x":"\ud800"}"#,
        #"{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"key-1"}"#,
        #"{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"key-1"}"#,
        #"{"alg":"ES256","typ":"at+jwt","kid":"key-1","alg":"none"}"#,
        #"{"alg":"ES256","typ":"at+jwt","kid":"key-1","\u0061lg":"ES256"}"#,
        #"{"alg":"ES256","typ":"at+jwt","kid":"key-1","kid":"key-2"}"#,
    ])
    func `headerJSON, T11 and T18, only an object of distinct members`(header: String) async throws {
        #expect(try await check(header: header) == (header.isEmpty ? .parts : .headerJSON))
    }

    @Test func `headerJSON, T18, invalid UTF-8 and a large or deep header are refused`() async throws {
        let start = #"{"alg":"ES256","typ":"at+jwt","kid":"key-1","x":"#
        let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        for value in [deep, "\"\(String(repeating: "a", count: 2048))\""] {
            #expect(try await check(header: start + value + "}") == .headerJSON)
        }
        let bytes = Array("\(start)\"".utf8) + [0xC0, 0xAF] + Array("\"}".utf8)
        let input = "\(Base64URL.encode(bytes)).\(Base64URL.encode(TokenForge.claims.encoded()))"
        #expect(try await check("\(input).\(Base64URL.encode(try forge.signature(of: input)))") == .headerJSON)
    }

    @Test(arguments: [
        #""none""#, #""None""#, #""NONE""#, #""nOnE""#, #""""#, "null", "1", "true", #"["ES256"]"#, #"{"ES256":1}"#,
        #""es256""#, #""ES256 ""#, #"" ES256""#, #""ES256\u0000""#, #""ES384""#, #""ES256K""#, #""ES512""#, #""HS256""#,
        #""HS384""#, #""HS512""#, #""RS256""#, #""RS384""#, #""PS256""#, #""EdDSA""#, #""Ed25519""#, #""dir""#,
        #""ESP256""#,
    ])
    func `algorithm, T01 T03 T09, only the accepted one, byte for byte`(value: String) async throws {
        #expect(try await check(header: #"{"alg":\#(value),"typ":"at+jwt","kid":"key-1"}"#) == .algorithm)
    }

    @Test func `algorithm, T01, a missing one is refused`() async throws {
        #expect(try await check(header: #"{"typ":"at+jwt","kid":"key-1"}"#) == .algorithm)
        #expect(try await check(header: #"{"Alg":"ES256","typ":"at+jwt","kid":"key-1"}"#) == .algorithm)
    }

    @Test(arguments: [
        "\"JWT\"", "\"jwt\"", "\"AT+JWT\"", "\"at+JWT\"", "\"at+jwt \"", "\"logout+jwt\"", "\"id_token\"",
        "\"oauth-authz-req+jwt\"", "\"application/jwt\"", "\"application/application/at+jwt\"", "\"at\"", "\"\"",
        "null",
        "[\"at+jwt\"]", "\"dpop+jwt\"", "\"at+jwt\\u0000\"",
    ])
    func `type, T14, another kind of token is refused`(value: String) async throws {
        #expect(try await check(header: #"{"alg":"ES256","typ":\#(value),"kid":"key-1"}"#) == .type)
    }

    @Test func `type, T14, a missing one is refused`() async throws {
        #expect(try await check(header: #"{"alg":"ES256","kid":"key-1"}"#) == .type)
    }

    @Test(arguments: [
        #"["x"]"#, "[]", #"["exp"]"#, #"["b64"]"#, #"["alg","alg"]"#, "null", "\"\"", "false", #"["kid"]"#,
    ])
    func `critical, T10, any crit refuses`(value: String) async throws {
        #expect(try await check(header: #"{"alg":"ES256","typ":"at+jwt","kid":"key-1","crit":\#(value)}"#) == .critical)
    }

    @Test func `headerKey, T04 T10 T13, a key, a place of keys or another way of signing refuses`() async throws {
        let own = JSONValue.object(try forge.jwk()).encodedString
        for (name, value) in [
            ("jwk", own), ("jwk", "null"), ("jku", "\"https://auth.example.com/.well-known/jwks.json\""),
            ("jku", "\"\""),
            ("x5u", "\"https://evil.example/\""), ("x5c", "[\"MIIB\"]"), ("x5c", "[]"), ("b64", "false"),
            ("b64", "true"),
            ("zip", "\"DEF\""),
        ] {
            let header = #"{"alg":"ES256","typ":"at+jwt","kid":"key-1","\#(name)":\#(value)}"#
            #expect(try await check(header: header) == .headerKey, "\(name)")
        }
    }

    // MARK: Step 3

    @Test(arguments: [
        "", ",\"kid\":\"\"", ",\"kid\":null", ",\"kid\":1", ",\"kid\":[\"key-1\"]", ",\"kid\":{}", ",\"Kid\":\"key-1\"",
    ])
    func `keyID, T05, a token names its key in a text`(member: String) async throws {
        #expect(try await check(header: #"{"alg":"ES256","typ":"at+jwt"\#(member)}"#) == .keyID)
    }

    @Test(arguments: [
        "key-2", "KEY-1", "key-1 ", " key-1", "key-", "key-11", "key-1\\u0000", "../../../dev/null", "/dev/null",
        "' OR '1'='1", "$(id)", "\u{212A}ey-1", "key\\u20101", "0",
    ])
    func `unknownKey, T05, there is no fallback to another key`(kid: String) async throws {
        #expect(try await check(header: #"{"alg":"ES256","typ":"at+jwt","kid":"\#(kid)"}"#) == .unknownKey)
    }

    @Test func `unknownKey, T05, a kid of 1900 letters is refused and not echoed`() async throws {
        let kid = String(repeating: "k", count: 1900)
        let header = #"{"alg":"ES256","typ":"at+jwt","kid":"\#(kid)"}"#
        let token = try forge.token(header: header, claims: TokenForge.claims.encoded())
        let error = try #require(await refusal(of: token, by: try forge.verifier()))
        #expect(error.check == .unknownKey)
        #expect(error.reason.utf8.count < 150)
    }

    @Test func `unknownKey, a key without alg or for encryption is not used`() async throws {
        for (name, value) in [("alg", nil), ("use", "enc"), ("key_ops", ["sign"])] as [(String, JSONValue?)] {
            var jwk = try forge.jwk()
            jwk[name] = value
            let set = try JWKSet(json: JSONValue.object(["keys": [.object(jwk)]]).encodedString)
            let verifier = try forge.verifier(keys: .fixed(set))
            #expect(await refusal(of: try forge.token(), by: verifier)?.check == .unknownKey, "\(name)")
        }
    }

    @Test func `keyAlgorithm, T09, a key is used with its own algorithm only`() async throws {
        // One RSA key, published for PS256; the token is signed with it by RS256, and both algorithms are accepted.
        let published = try TokenForge.ps256()
        let rs256 = TokenForge(kid: published.kid, algorithm: .rs256, signer: try TokenForge.rs256().signer)
        let verifier = try published.verifier(alsoAccepting: .rs256)
        #expect(await refusal(of: try rs256.token(), by: verifier)?.check == .keyAlgorithm)
        #expect(await refusal(of: try published.token(), by: verifier) == nil)
        let same = try rs256.verifier(alsoAccepting: .ps256)
        #expect(await refusal(of: try rs256.token(), by: same) == nil)
    }
}
