import Crypto
import Testing

@testable import Secrets

@Suite struct TokenMACTests {
    private let mac = TokenMAC(.forTesting { UInt8($0) }, issuer: "https://auth.example.com")

    @Test(arguments: [
        // RFC 4231 §4.2, §4.3, §4.4, §4.7.
        (
            String(repeating: "0b", count: 20), "4869205468657265",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            String(repeating: "aa", count: 131),
            "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
                + "65204b6579202d2048617368204b6579204669727374",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `it is HMAC-SHA256 by the vectors of RFC 4231`(_ key: String, _ data: String, _ expected: String) {
        let mac = TokenMAC(key: SymmetricKey(data: bytes(key)))
        #expect(mac.authenticate(bytes(data)) == bytes(expected))
        #expect(mac.isValid(bytes(expected), for: bytes(data)))
    }

    @Test func `the key is of the secret and the issuer`() {
        // HMAC(HKDF(00…1f, "tykva refresh v1" ‖ 0 ‖ issuer), "tykva"), computed with Python's hmac.
        let expected = bytes("941eead645603bde6218cac7d4d359ce0d7df6d77be23024814184ad3000657f")
        #expect(mac.authenticate("tykva".utf8) == expected)
        let staging = TokenMAC(.forTesting { UInt8($0) }, issuer: "https://auth.example.org")
        #expect(!staging.isValid(expected, for: "tykva".utf8))
        let other = TokenMAC(.forTesting { UInt8($0 + 1) }, issuer: "https://auth.example.com")
        #expect(!other.isValid(expected, for: "tykva".utf8))
    }

    @Test func `every flipped bit of MAC or message and every other length is refused`() {
        let message: [UInt8] = (0..<54).map { $0 }
        let good = mac.authenticate(message)
        #expect(good.count == TokenMAC.byteCount)
        #expect(mac.isValid(good, for: message))
        for bit in 0..<(8 * good.count) {
            var altered = good
            altered[bit / 8] ^= 1 << (bit % 8)
            #expect(!mac.isValid(altered, for: message))
        }
        for bit in 0..<(8 * message.count) {
            var altered = message
            altered[bit / 8] ^= 1 << (bit % 8)
            #expect(!mac.isValid(good, for: altered))
        }
        #expect(!mac.isValid(good.dropLast(), for: message))
        #expect(!mac.isValid(good + [0], for: message))
        #expect(!mac.isValid([UInt8](), for: message))
        #expect(!mac.isValid(good, for: message.dropLast()))
    }

    @Test func `slices and other collections give the same`() {
        let token: [UInt8] = (0..<86).map { $0 }
        let expected = mac.authenticate(Array(token[..<54]))
        #expect(mac.authenticate(token[..<54]) == expected)
        #expect(mac.authenticate(token.lazy.map { $0 }.prefix(54)) == expected)
        let whole = token[..<54] + expected
        #expect(mac.isValid(whole[54...], for: whole[..<54]))
    }
}
