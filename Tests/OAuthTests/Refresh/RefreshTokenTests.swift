import Crypto
import OAuth
import Secrets
import StrictFormats
import Testing

/// The token's published layout, byte by byte, and that nothing else is taken for one.
@Suite struct RefreshTokenTests {
    private static let issuer = "https://auth.example.com"
    private let keys: RefreshKeys
    private let secrets: MasterSecrets
    private let family: FamilyID

    init() throws {
        secrets = MasterSecrets(.random())
        keys = RefreshKeys(secrets: secrets, issuer: try Issuer(Self.issuer))
        family = try #require(FamilyID(Array(UInt8(0xA0)...0xAF)))
    }

    @Test func `the layout is the published one`() throws {
        let token = RefreshToken(family: family, generation: 0x0102_0304, keyNumber: 1)
        let text = try #require(token.text(keys: keys))
        #expect(text.utf8.count == 77)
        #expect(RefreshToken.characterCount == 77)
        #expect(text.hasPrefix("tkvr_"))
        let bytes = try #require(Base64URL.decode(text.dropFirst(5)))
        #expect(bytes.count == 54)
        #expect(bytes[0] == 1)
        #expect(bytes[1] == 1)
        #expect(Array(bytes[2..<18]) == Array(UInt8(0xA0)...0xAF))
        #expect(Array(bytes[18..<22]) == [1, 2, 3, 4])
        #expect(Array(bytes[22...]) == (try mac(bytes[..<22])))
    }

    /// HMAC-SHA256 under HKDF-SHA256 of the master secret with the published info.
    private func mac(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        let secret = try #require(Base64URL.decode(secrets.active.revealedText().dropFirst(5))).prefix(32)
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            info: Array("tykva refresh v1".utf8) + [0] + Array(Self.issuer.utf8), outputByteCount: 32)
        return Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }

    @Test(arguments: [UInt32(0), 1, 255, 256, 65_536, .max - 1, .max])
    func `a token is read back whole, and made of the same bytes on every call`(_ generation: UInt32) throws {
        let token = RefreshToken(family: family, generation: generation, keyNumber: 1)
        let text = try #require(token.text(keys: keys))
        #expect(RefreshToken(text, keys: keys) == token)
        for _ in 0..<3 { #expect(token.text(keys: keys) == text) }
        #expect(RefreshToken(text, keys: keys)?.text(keys: keys) == text)
    }

    @Test func `every flipped bit refuses`() throws {
        let text = try #require(RefreshToken(family: family, generation: 3, keyNumber: 1).text(keys: keys))
        let bytes = try #require(Base64URL.decode(text.dropFirst(5)))
        for bit in 0..<(8 * bytes.count) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(RefreshToken("tkvr_" + Base64URL.encode(flipped), keys: keys) == nil, "bit \(bit)")
        }
    }

    @Test func `every flipped bit of the text refuses`() throws {
        let text = Array(try #require(RefreshToken(family: family, generation: 3, keyNumber: 1).text(keys: keys)).utf8)
        for bit in 0..<(8 * text.count) {
            var flipped = text
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(RefreshToken(String(decoding: flipped, as: UTF8.self), keys: keys) == nil, "bit \(bit)")
        }
    }

    @Test func `a token of another length refuses`() throws {
        let text = try #require(RefreshToken(family: family, generation: 3, keyNumber: 1).text(keys: keys))
        for count in 0..<text.count { #expect(RefreshToken(String(text.prefix(count)), keys: keys) == nil) }
        for tail in ["A", "AA", "AAAA", "=", "==", "\n", " ", "\0"] {
            #expect(RefreshToken(text + tail, keys: keys) == nil)
            #expect(RefreshToken(tail + text, keys: keys) == nil)
        }
        let bytes = try #require(Base64URL.decode(text.dropFirst(5)))
        #expect(RefreshToken("tkvr_" + Base64URL.encode(bytes.dropLast()), keys: keys) == nil)
        #expect(RefreshToken("tkvr_" + Base64URL.encode(bytes + [0]), keys: keys) == nil)
        #expect(RefreshToken(String(repeating: "A", count: 1_000_000), keys: keys) == nil)
    }

    @Test(arguments: [
        "", "tkvr_", "tkvr-", "TKVR_", "tkvr_\u{301}", String(repeating: "\u{301}", count: 39), "null", "Bearer ",
        String(repeating: "\u{10FFFF}", count: 19) + "A",
    ])
    func `what is no token refuses`(_ text: String) throws {
        let good = try #require(RefreshToken(family: family, generation: 3, keyNumber: 1).text(keys: keys))
        #expect(RefreshToken(text, keys: keys) == nil)
        let padded = text + good.dropFirst(min(text.utf8.count, good.count))
        if padded != good { #expect(RefreshToken(padded, keys: keys) == nil) }
    }

    @Test func `another version refuses, under a good MAC too`() throws {
        var bytes = [UInt8](repeating: 0, count: 22)
        bytes[1] = 1
        for version: UInt8 in [0, 2, 255] {
            bytes[0] = version
            #expect(RefreshToken("tkvr_" + Base64URL.encode(bytes + (try mac(bytes[...]))), keys: keys) == nil)
        }
        bytes[0] = 1
        #expect(RefreshToken("tkvr_" + Base64URL.encode(bytes + (try mac(bytes[...]))), keys: keys) != nil)
    }

    @Test func `another issuer or another master secret refuses`() throws {
        let text = try #require(RefreshToken(family: family, generation: 3, keyNumber: 1).text(keys: keys))
        for issuer in ["https://auth.example.com:8443", "https://staging.example.com"] {
            #expect(RefreshToken(text, keys: RefreshKeys(secrets: secrets, issuer: try Issuer(issuer))) == nil)
        }
        let other = RefreshKeys(secrets: MasterSecrets(.random()), issuer: try Issuer(Self.issuer))
        #expect(RefreshToken(text, keys: other) == nil)
    }

    @Test func `a token is read under the number it was made with, while that secret is here`() throws {
        let old = MasterSecret.random()
        let new = MasterSecret.random()
        let both = try MasterSecrets(parsing: "1:\(old.revealedText())\n2:\(new.revealedText())")
        let issuer = try Issuer(Self.issuer)
        let bothKeys = RefreshKeys(secrets: both, issuer: issuer)
        let oldKeys = RefreshKeys(secrets: MasterSecrets(old), issuer: issuer)
        #expect(bothKeys.activeNumber == 2)
        let first = RefreshToken(family: family, generation: 3, keyNumber: 1)
        let second = RefreshToken(family: family, generation: 3, keyNumber: 2)
        let firstText = try #require(first.text(keys: oldKeys))
        let secondText = try #require(second.text(keys: bothKeys))
        #expect(first.text(keys: bothKeys) == firstText)
        #expect(RefreshToken(firstText, keys: bothKeys) == first)
        #expect(RefreshToken(secondText, keys: bothKeys) == second)
        #expect(RefreshToken(secondText, keys: oldKeys) == nil)
        #expect(RefreshToken.claimedKeyNumber(of: secondText) == second.keyNumber)
        #expect(RefreshToken.claimedKeyNumber(of: String(secondText.dropLast())) == nil)
        #expect(RefreshToken.claimedKeyNumber(of: "tkvr_" + String(repeating: "A", count: 72)) == nil)
        #expect(second.text(keys: oldKeys) == nil)
        #expect(RefreshToken(family: family, generation: 3, keyNumber: 0).text(keys: bothKeys) == nil)
    }

    @Test func `the store's key of a family is the hash of its id`() {
        #expect(family.key.bytes == Array(SHA256.hash(data: Array(UInt8(0xA0)...0xAF))))
    }
}
