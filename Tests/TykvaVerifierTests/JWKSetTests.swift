import StrictFormats
import Testing

@testable import TykvaVerifier

@Suite struct JWKSetTests {
    private let good = TokenForge.es256

    private func set(_ keys: [JSONObject]) throws -> JWKSet {
        try JWKSet(json: JSONObject([("keys", .array(keys.map(JSONValue.object)))]).encoded())
    }

    private func error(_ keys: [JSONObject]) throws -> String {
        try #require(throws: JWKSetError.self) { try set(keys) }.description
    }

    private func key(_ forge: TokenForge, _ name: String, _ value: JSONValue?) throws -> JSONObject {
        var key = try forge.jwk()
        key[name] = value
        return key
    }

    @Test func `keys that are not for us are passed over, and the others are used`() throws {
        let others: [JSONObject] = [
            ["kty": "EC", "crv": "P-384", "alg": "ES384", "kid": "a", "x": "AA", "y": "AA"],
            ["kty": "AKP", "alg": "ML-DSA-87", "kid": "b", "pub": "AA"],
            ["kty": "OKP", "crv": "X25519", "alg": "ECDH-ES", "kid": "c", "x": "AA"],
            ["kty": "RSA", "alg": "RS384", "kid": "d", "n": "AQAB", "e": "AQAB"],
            ["kty": "RSA", "use": "enc", "alg": "RS256", "kid": "e", "n": "AQAB", "e": "AQAB"],
            ["kty": "XYZ", "kid": "f"], ["kty": "EC", "kid": "g", "alg": "es256"],
            try key(good, "kid", nil), try key(.otherES256, "alg", nil), try key(.eddsa, "key_ops", ["sign"]),
            try key(TokenForge(kid: "h", algorithm: .es256, signer: good.signer), "use", "enc"),
        ]
        #expect(try set(others).keyIDs == [])
        #expect(try set(others + [try good.jwk()]).keyIDs == ["key-1"])
        #expect(try set([]).keyIDs == [])
        #expect(try set([try key(good, "key_ops", ["verify", "other"])]).keyIDs == ["key-1"])
        #expect(try set([try key(good, "use", nil)]).keyIDs == ["key-1"])
    }

    @Test(arguments: ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])
    func `a private member in any key refuses the set, whatever its value`(name: String) throws {
        for value in [.null, "", "AA", [["r": "AA"]]] as [JSONValue] {
            #expect(
                try error([try good.jwk(), JSONObject([("kty", "XYZ"), ("kid", "x"), (name, value)])]).contains(name))
        }
    }

    @Test func `two keys of one kid refuse the set, used or not`() throws {
        let twin = TokenForge(kid: "key-1", algorithm: .es256, signer: TokenForge.otherES256.signer)
        #expect(try error([try good.jwk(), try twin.jwk()]).contains("kid of another"))
        #expect(try error([try good.jwk(), ["kty": "XYZ", "kid": "key-1"]]).contains("kid of another"))
        #expect(try error([try good.jwk(), try good.jwk()]).contains("kid of another"))
    }

    @Test func `an RSA key below 2048 bits or with a weak exponent refuses the set`() throws {
        let rsa = try TokenForge.rs256()
        func modulus(_ bits: Int) -> JSONValue {
            var bytes = [UInt8](repeating: 0xFF, count: (bits + 7) / 8)
            bytes[0] = 0xFF >> UInt8((8 - bits % 8) % 8)
            return .string(Base64URL.encode(bytes))
        }
        #expect(try set([try key(rsa, "n", modulus(2048))]).keyIDs == ["rs"])
        for bits in [512, 1024, 2040, 2047, 8193, 16384] {
            #expect(try error([try key(rsa, "n", modulus(bits))]).contains("RSA key of \(bits) bits"))
        }
        for exponent in ["AQ", "Aw", "BQ", "AQAA", "__8", "AQAC", "AAEAAQ", "AQAAAAAB", ""] {
            _ = try error([try key(rsa, "e", .string(exponent))])
        }
        _ = try error([try key(rsa, "n", .string(Base64URL.encode([0] + [UInt8](repeating: 0xFF, count: 256))))])
    }

    @Test func `a broken key refuses the set`() throws {
        for (forge, name) in [
            (good, "x"), (good, "y"), (.eddsa, "x"), (try .rs256(), "n"), (try .rs256(), "e"), (try .mlDSA65(), "pub"),
        ] {
            for value in [nil, .null, "", 1, "AA==", "A A", "AB", "!!!!", ["AA"]] as [JSONValue?] {
                _ = try error([try key(forge, name, value)])
            }
        }
        let zero = JSONValue.string(Base64URL.encode([UInt8](repeating: 0, count: 32)))
        let one = JSONValue.string(Base64URL.encode([UInt8](repeating: 0, count: 31) + [1]))
        #expect(try error([try key(good, "y", zero)]).contains("not a valid public key"))
        #expect(try error([try key(good, "x", one)]).contains("not a valid public key"))
        #expect(
            try error([try key(good, "x", .string(Base64URL.encode([UInt8](repeating: 1, count: 33))))]).contains("x"))
        #expect(try error([try key(good, "crv", "P-384")]).contains("crv"))
        #expect(try error([try key(good, "kty", "RSA")]).contains("kty"))
        #expect(try error([try key(.eddsa, "crv", "Ed448")]).contains("crv"))
        for length in [1312, 1951, 1953, 2592] {
            let pub = JSONValue.string(Base64URL.encode([UInt8](repeating: 1, count: length)))
            #expect(try error([try key(.mlDSA65(), "pub", pub)]).contains("pub"))
        }
        for type in ["OKP", "EC", "RSA"] as [JSONValue] {
            #expect(try error([try key(.mlDSA65(), "kty", type)]).contains("kty"))
        }
        #expect(try error([try key(good, "kty", nil)]).contains("kty"))
        for (name, value) in [
            ("kid", 1), ("kid", ""), ("kid", .null), ("use", 1), ("alg", ["ES256"]), ("alg", .null),
            ("key_ops", "verify"),
            ("key_ops", [1]),
        ] as [(String, JSONValue)] {
            #expect(try error([try key(good, name, value)]).contains(name))
        }
    }

    @Test(arguments: [
        "", "null", "[]", "{}", #"{"keys":{}}"#, #"{"keys":null}"#, #"{"keys":[1]}"#, #"{"keys":[[]]}"#,
        #"{"keys":[],"keys":[]}"#, #"{"keys":[]}x"#, #"{"keys":[{"kty":"XYZ","kty":"XYZ"}]}"#, "<html></html>",
    ])
    func `what is not a key set is refused`(text: String) {
        #expect(throws: JWKSetError.self) { try JWKSet(json: text) }
    }

    @Test func `a set has at most 64 keys and 256 KiB`() throws {
        func unknown(_ count: Int) -> [JSONObject] {
            (0..<count).map { ["kty": "XYZ", "kid": .string("k\($0)")] }
        }
        #expect(try set(unknown(63) + [try good.jwk()]).keyIDs == ["key-1"])
        #expect(try error(unknown(65)).contains("65 keys"))
        let pad = String(repeating: " ", count: 256 * 1024)
        #expect(throws: JWKSetError.self) { try JWKSet(json: #"{"keys":[]}"# + pad) }
    }

    @Test func `more keys than are compared by header are found by kid`() async throws {
        let strangers = (0..<20).map {
            TokenForge(kid: "s\($0)", algorithm: .es256, signer: TokenForge.otherES256.signer)
        }
        let keys = try set(try (strangers + [good]).map { try $0.jwk() })
        #expect(try await good.verifier(keys: .fixed(keys)).verify(try good.token()).subject == "u_1")
        #expect(try await good.verifier(keys: .fixed(keys)).verify(try strangers[7].token()).subject == "u_1")
    }

    @Test func `sets are equal when they check the same signatures`() throws {
        #expect(try set([try good.jwk()]) == set([try key(good, "x5t", "abc")]))
        let renamed = TokenForge(kid: "key-9", algorithm: .es256, signer: good.signer)
        let replaced = TokenForge(kid: "key-1", algorithm: .es256, signer: TokenForge.otherES256.signer)
        for other in [[renamed], [replaced], [good, .eddsa], []] {
            #expect(try set([try good.jwk()]) != set(try other.map { try $0.jwk() }))
        }
    }

    @Test func `the text of an expected header leads to its key, and no other text does`() throws {
        let set = try TokenForge.keySet(good, .eddsa)
        let header = Array(Base64URL.encode(good.header.encoded()).utf8)
        #expect(set.key(expectedHeader: header[...], profile: .accessToken)?.id == "key-1")
        for index in header.indices {
            var spoiled = header
            spoiled[index] ^= 1
            #expect(set.key(expectedHeader: spoiled[...], profile: .accessToken) == nil)
        }
        #expect(set.key(expectedHeader: header.dropLast(), profile: .accessToken) == nil)
        #expect(set.key(expectedHeader: [], profile: .accessToken) == nil)
    }
}
