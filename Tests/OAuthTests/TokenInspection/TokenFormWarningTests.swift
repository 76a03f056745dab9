import OAuth
import StrictFormats
import Testing

@Suite struct TokenFormWarningTests {
    private let planted = PlantedToken()

    @Test(arguments: ["none", "None", "NONE", "nOnE"])
    func `an unsigned token is one anybody can write`(_ algorithm: String) {
        var token = planted.withHeader("alg", .string(algorithm))
        #expect(token.findings == ["header.alg unsigned"])
        token.signature = []
        #expect(token.findings == ["header.alg unsigned"])
        #expect(token.inspection.summary == "a JWT without a signature")
    }

    @Test(arguments: [
        ("HS256", "hmac"), ("HS384", "hmac"), ("HS512", "hmac"), ("RS1", "weak-algorithm"),
        ("RSA1_5", "weak-algorithm"),
        ("FOO", "unknown-algorithm"), ("hs256", "unknown-algorithm"), ("", "no-algorithm"),
    ])
    func `each other algorithm has its warning`(_ algorithm: String, _ code: String) {
        #expect(planted.withHeader("alg", .string(algorithm)).findings == ["header.alg \(code)"])
    }

    @Test func `a missing algorithm and one that is no text are none`() {
        #expect(planted.withHeader("alg", nil).findings == ["header.alg no-algorithm"])
        #expect(planted.withHeader("alg", 7).findings == ["header.alg no-algorithm"])
    }

    @Test(arguments: [
        ("ES256", 64), ("ES384", 96), ("ES512", 132), ("ES256K", 64), ("EdDSA", 64), ("EdDSA", 114), ("Ed25519", 64),
        ("ML-DSA-65", 3_309), ("RS256", 256), ("RS256", 384), ("PS512", 512),
    ])
    func `a good algorithm with the right signature has no warning, nor a wrong one none`(_ name: String, _ count: Int)
    {
        var token = planted.withHeader("alg", .string(name))
        token.signature = [UInt8](repeating: 1, count: count)
        #expect(token.findings.filter { $0 != "large" } == [])
        token.signature = []
        #expect(token.findings.contains("signature wrong-signature-length"))
        token.signature = [UInt8](repeating: 1, count: name.hasPrefix("RS") || name.hasPrefix("PS") ? 255 : count - 1)
        let isRSA = name.hasPrefix("RS") || name.hasPrefix("PS")
        #expect(token.findings.contains(isRSA ? "signature weak-key" : "signature wrong-signature-length"))
    }

    @Test func `a missing type or key id is told`() {
        #expect(planted.withHeader("typ", nil).findings == ["header.typ no-type"])
        #expect(planted.withHeader("typ", "").findings == ["header.typ no-type"])
        #expect(planted.withHeader("typ", "JWT").findings == [])
        #expect(planted.withHeader("kid", nil).findings == ["header.kid no-key-id"])
        #expect(planted.withHeader("kid", 1).findings == ["header.kid no-key-id"])
    }

    @Test(arguments: [
        ("jku", "key-from-token"), ("x5u", "key-from-token"), ("jwk", "key-from-token"), ("x5c", "key-from-token"),
        ("crit", "critical-extension"), ("b64", "unusual-encoding"), ("zip", "unusual-encoding"),
    ])
    func `a header member that leads services astray is told`(_ name: String, _ code: String) {
        #expect(planted.withHeader(name, "x").findings == ["header.\(name) \(code)"])
        #expect(planted.withHeader(name, .null).findings == ["header.\(name) \(code)"])
        #expect(planted.withHeader("x\(name)", "x").findings == [])
    }

    @Test func `issuer and audience are missed when they are missing or say nothing`() {
        for value in [nil, .null, "", 7] as [JSONValue?] {
            #expect(planted.with("iss", value).findings == ["claims.iss no-issuer"])
            #expect(planted.with("aud", value).findings == ["claims.aud no-audience"])
        }
        #expect(planted.with("aud", []).findings == ["claims.aud no-audience"])
        #expect(planted.with("aud", [""]).findings == ["claims.aud no-audience"])
        #expect(planted.with("aud", ["https://a.example", "https://b.example"]).findings == [])
    }

    @Test func `a token without an end is told`() {
        #expect(planted.with("exp", nil).findings == ["claims.exp no-expiry"])
    }

    @Test func `a life of an hour is fine, a second more is long`() {
        let issuedAt = PlantedToken.issuedAt
        #expect(planted.with("exp", .integer(issuedAt + 3_600)).findings == [])
        #expect(planted.with("exp", .integer(issuedAt + 3_601)).findings == ["claims.exp long-life"])
        // An expired token lived too long all the same.
        let old = planted.with("iat", .integer(issuedAt - 90_000)).with("exp", .integer(issuedAt - 1_000))
        #expect(old.findings == ["claims.exp long-life"])
        #expect(old.inspection.warnings.first?.description.contains("24.7 hours") == true)
    }

    @Test func `without a time of issue its life is what is left of it`() {
        let token = planted.with("iat", nil)
        let now = PlantedToken.now.seconds
        #expect(token.with("exp", .integer(now + 3_600)).findings == [])
        #expect(token.with("exp", .integer(now + 3_601)).findings == ["claims.exp long-life"])
        #expect(token.with("exp", .integer(now - 1)).findings == [])
        // Nor does a time of issue in the future hide it; a minute of that is the clocks'.
        let future = planted.with("iat", .integer(now + 59)).with("exp", .integer(now + 3_659))
        #expect(future.findings == [])
        let far = planted.with("iat", .integer(now + 900_000)).with("exp", .integer(now + 900_001))
        #expect(far.findings == ["claims.exp long-life"])
        #expect(far.inspection.warnings.first?.description.contains("10 days") == true)
    }

    @Test(
        arguments: [
            .null, "1790000000", true, -1, .number(-0.5), .number(1e300), .integer(.max), .integer(.min), [],
            .number(9.1e15),
        ] as [JSONValue])
    func `what is no time is told and overflows nothing`(_ value: JSONValue) {
        #expect(planted.with("exp", value).findings == ["claims.exp malformed-time"])
        #expect(planted.with("exp", value).inspection.times.map(\.claim) == ["iat", "auth_time"])
        #expect(planted.with("nbf", value).findings == ["claims.nbf malformed-time"])
    }

    @Test func `fractions of a second are times`() {
        let token = planted.with("exp", .number(Double(PlantedToken.issuedAt) + 300.5))
        #expect(token.findings == [])
        #expect(token.inspection.times.last?.instant.value == (PlantedToken.issuedAt + 300) * 1_000 + 500)
        #expect(planted.with("exp", .integer(9_007_199_254_740_992)).findings == ["claims.exp long-life"])
    }
}
