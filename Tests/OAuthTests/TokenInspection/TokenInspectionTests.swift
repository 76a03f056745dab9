import Crypto
import OAuth
import Secrets
import StrictFormats
import Testing

@Suite struct TokenInspectionTests {
    private let planted = PlantedToken()

    @Test func `an ordinary access token has no warnings`() {
        let inspection = planted.inspection
        #expect(inspection.findings == [])
        #expect(inspection.kind == .jwt)
        #expect(inspection.header?.value?["kid"] == "2026-11-a")
        #expect(inspection.claims?.value?["name"] == "Ada Lovelace")
        #expect(inspection.signatureByteCount == 64)
        #expect(inspection.byteCount == planted.text.utf8.count)
        #expect(inspection.times.map(\.claim) == ["iat", "auth_time", "exp"])
        #expect(inspection.times.map(\.instant.seconds) == [-60, -7_260, 240].map { PlantedToken.now.seconds + $0 })
    }

    @Test func `the access tokens that this package issues have no warnings`() throws {
        let api = try #require(ServiceIdentifier("https://api.example.com"))
        for round in 0..<200 {
            let claims = AccessTokenClaims(
                issuer: try Issuer("https://auth.example.com"),
                subject: .user(
                    UserID.random(), SessionID.random(),
                    .init(time: PlantedToken.now, methods: ["pwd"]), claims: []),
                audience: try #require(Audience([api])),
                client: try #require(ClientID("webshop")), scope: try #require(Scope("openid orders:read")),
                issuedAt: PlantedToken.now, expiresAt: PlantedToken.now + .minutes(5),
                tokenID: AccessTokenID(family: FamilyID.random().key))
            let text = PlantedToken.text(
                header: planted.header.encoded(), claims: claims.json(), signature: planted.signature)
            let inspection = TokenInspection(of: text, now: PlantedToken.now)
            #expect(inspection.findings == [], "round \(round): \(String(decoding: claims.json(), as: UTF8.self))")
        }
    }

    @Test(arguments: ["\n", " ", "\r\n", "\t"])
    func `white space around it and a leading Bearer do not matter`(_ blank: String) {
        for text in [blank + planted.text + blank, "Bearer " + planted.text, "bearer  " + planted.text + blank] {
            let inspection = TokenInspection(of: text, now: PlantedToken.now)
            #expect(inspection.findings == [])
            #expect(inspection.byteCount == planted.text.utf8.count)
        }
    }

    @Test(arguments: [4_096, 8_192])
    func `its size is warned of above 4 and above 8 KiB`(_ limit: Int) {
        let code: TokenWarning.Code = limit == 4_096 ? .large : .veryLarge
        var codes: [Int: [TokenWarning.Code]] = [:]
        for filling in 2_000..<(limit + 200) where codes[limit + 3] == nil {
            let token = planted.with("filling", .string(String(repeating: "x", count: filling)))
            let size = token.text.utf8.count
            guard (limit - 3...limit + 3).contains(size) else { continue }
            codes[size] = token.inspection.warnings.map(\.code)
        }
        #expect(!codes.isEmpty)
        for (size, found) in codes { #expect(found.contains(code) == (size > limit), "\(size) bytes: \(found)") }
    }

    @Test func `an encrypted token shows its header only`() {
        let header: JSONObject = ["alg": "RSA-OAEP-256", "enc": "A256GCM", "typ": "JWT", "kid": "1"]
        let parts = [header.encoded(), [1, 2], [3], [4], [5]].map { Base64URL.encode($0) }
        let inspection = TokenInspection(of: parts.joined(separator: "."), now: PlantedToken.now)
        #expect(inspection.kind == .encrypted)
        #expect(inspection.findings == [])
        #expect(inspection.header?.value == header)
        #expect(inspection.claims == nil)
    }

    @Test func `RSA1_5 encryption is weak`() {
        let header: JSONObject = ["alg": "RSA1_5", "enc": "A128CBC-HS256", "typ": "JWT", "kid": "1"]
        let parts = [header.encoded(), [1], [2], [3], [4]].map { Base64URL.encode($0) }
        let inspection = TokenInspection(of: parts.joined(separator: "."), now: PlantedToken.now)
        #expect(inspection.findings == ["header.alg weak-algorithm"])
    }

    @Test func `Tykva's own secrets are named and not shown`() throws {
        let keys = RefreshKeys(secrets: MasterSecrets(.random()), issuer: try Issuer("https://auth.example.com"))
        let token = RefreshToken(family: FamilyID.random(), generation: 258, keyNumber: 1)
        let refresh = try #require(token.text(keys: keys))
        let texts: [(String, TokenInspection.Kind)] = [
            (refresh, .refreshToken), (OneTimeValue.random(.clientSecret).revealedText(), .clientSecret),
            (MasterSecret.random().revealedText(), .masterSecret),
        ]
        for (text, kind) in texts {
            let inspection = TokenInspection(of: text + "\n", now: PlantedToken.now)
            #expect(inspection.kind == kind)
            #expect(inspection.findings == ["is-secret"])
            let shown = JSONValue.object(inspection.document).encodedString
            let secret = text.dropFirst(5)
            for start in stride(from: 0, to: secret.count - 8, by: 4) {
                #expect(!shown.contains(secret.dropFirst(start).prefix(8)))
            }
        }
        let summary = TokenInspection(of: refresh, now: PlantedToken.now).summary
        #expect(summary == "a Tykva refresh token: number 258 of its family, made with master secret 1")
        for damaged in [refresh + "A", String(refresh.dropLast()), "tkvr_", "tkvr_a.b.c"] {
            let inspection = TokenInspection(of: damaged, now: PlantedToken.now)
            #expect(inspection.kind == .refreshToken)
            #expect(inspection.summary.contains("damaged"))
        }
    }

    @Test(arguments: [
        ("", "empty"), (" \n", "empty"), ("Bearer", "opaque token of 6 bytes"), ("8J3c0nqWmE2s7uYz5kXvTA", "22 bytes"),
        ("a.b", "three parts"), ("a.b.c.d", "three parts"), ("a.b.c.d.e.f.g", "three parts"),
        (#"{"access_token":"a.b.c"}"#, "give the token alone"), ("é", "2 bytes"),
    ])
    func `what is no JWT is said to be none`(_ text: String, _ words: String) {
        let inspection = TokenInspection(of: text, now: PlantedToken.now)
        #expect(inspection.kind == .opaque)
        #expect(inspection.summary.contains(words), "\(inspection.summary)")
        #expect(inspection.findings == [])
        #expect(inspection.header == nil && inspection.claims == nil && inspection.times.isEmpty)
    }

    @Test func `a text that is far too long is not taken apart`() {
        let longest = String(repeating: "A", count: TokenInspection.maximumBytes - 2)
        #expect(TokenInspection(of: longest + ".A", now: PlantedToken.now).kind == .opaque)
        let inspection = TokenInspection(of: longest + ".A.", now: PlantedToken.now)
        #expect(inspection.summary.contains("too long"))
        #expect(inspection.findings == ["very-large"])
    }

    @Test func `the warnings are bounded, and their number is told`() {
        let addresses = (0..<300).map { JSONValue.string("user\($0)@example.com") }
        let inspection = planted.with("members", .array(addresses)).inspection
        #expect(inspection.warnings.count == TokenInspection.maximumWarnings + 1)
        #expect(inspection.warnings.last?.code == .more)
        #expect(inspection.warnings.last?.description.hasPrefix("201 ") == true)
    }

    @Test func `every document is JSON that a strict reader takes`() throws {
        let texts = ["", "a.b.c", planted.text, "tkvr_x", "e30.e30.", planted.with("email", "a@b.example").text]
        for text in texts {
            let document = TokenInspection(of: text, now: PlantedToken.now).document
            let read = try JSONValue(parsing: document.encoded(), limits: .document)
            #expect(read.objectValue?["warnings"]?.arrayValue != nil)
            #expect(read.objectValue?["summary"]?.stringValue?.isEmpty == false)
        }
    }

    @Test func `no bytes at all make it trap`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the damaged tokens: \(seed)")
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let good = Array(planted.with("card", "4111 1111 1111 1111").with("mail", "a@b.example").text.utf8)
        for _ in 0..<2_000 {
            var bytes = good
            for _ in 0...next(4) {
                switch next(3) {
                case 0: bytes[next(bytes.count)] = UInt8(next(256))
                case 1: bytes.remove(at: next(bytes.count))
                default:
                    bytes.insert(
                        contentsOf: [[0x2E], [0xC3, 0xA9], [0x0D, 0x0A], [0x3D]][next(4)], at: next(bytes.count))
                }
            }
            let inspection = TokenInspection(of: String(decoding: bytes, as: UTF8.self), now: PlantedToken.now)
            #expect(!inspection.summary.isEmpty)
        }
    }
}
