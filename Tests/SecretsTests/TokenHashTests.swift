import Testing

@testable import Secrets

@Suite struct TokenHashTests {
    @Test func `it is SHA-256`() throws {
        // FIPS 180-2, appendix B.1.
        let hash = TokenHash(of: "abc")
        #expect(hash.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hash.bytes == bytes(hash.hex))
        #expect(TokenHash(of: [0x61, 0x62, 0x63][...]) == hash)
        #expect(TokenHash(of: "abc".utf8.lazy.map { $0 }) == hash)
    }

    @Test func `stored forms are read again, other lengths and letters are nil`() {
        let hash = TokenHash(of: "abc")
        #expect(TokenHash(bytes: hash.bytes) == hash)
        #expect(TokenHash(bytes: hash.bytes.dropLast()) == nil)
        #expect(TokenHash(bytes: hash.bytes + [0]) == nil)
        #expect(TokenHash(hex: hash.hex) == hash)
        #expect(TokenHash(hex: hash.hex.uppercased()) == nil)
        #expect(TokenHash(hex: String(hash.hex.dropLast())) == nil)
        #expect(TokenHash(hex: hash.hex.dropLast() + "g") == nil)
        #expect(TokenHash(hex: "") == nil)
        #expect(TokenHash(base64URL: hash.base64URL) == hash)
        #expect(hash.base64URL == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")
        #expect(TokenHash(base64URL: hash.base64URL + "A") == nil)
        #expect(TokenHash(base64URL: "") == nil)
    }

    @Test func `equality and hashing see every byte`() {
        let hash = TokenHash(of: "abc")
        for index in 0..<32 {
            var other = hash.bytes
            other[index] ^= 1
            #expect(TokenHash(bytes: other) != hash)
        }
        #expect(Set([hash, TokenHash(of: "abc"), TokenHash(of: "abd")]).count == 2)
    }
}
