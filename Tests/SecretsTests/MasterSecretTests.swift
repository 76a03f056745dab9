import Crypto
import Foundation
import Testing

@testable import Secrets

@Suite struct MasterSecretTests {
    @Test func `the text form is the documented one`() throws {
        // base64url(bytes 00…1f ‖ SHA-256("tykva master secret" ‖ them)[0..<4]), computed with Python's hashlib.
        let text = "tkvm_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9dcYfH"
        let secret = MasterSecret.forTesting { UInt8($0) }
        #expect(secret.revealedText() == text)
        #expect(try MasterSecret(text: text).isSame(as: secret))
    }

    @Test func `what is printed is read again`() throws {
        for _ in 0..<50 {
            let secret = MasterSecret.random()
            let text = secret.revealedText()
            #expect(text.utf8.count == MasterSecret.textCharacters)
            #expect(text.hasPrefix("tkvm_"))
            #expect(try MasterSecret(text: text).isSame(as: secret))
            #expect(!secret.isSame(as: .random()))
        }
    }

    @Test func `each other form is refused for its own reason`() {
        let text = MasterSecret.forTesting { UInt8($0) }.revealedText()
        let body = text.dropFirst(5)
        expect("", .wrongPrefix)
        expect(String(body), .wrongPrefix)
        expect("TKVM_" + body, .wrongPrefix)
        expect(" " + text, .wrongPrefix)
        expect("tkvr_" + body, .wrongPrefix)
        expect("tkvm_", .wrongLength(characters: 5))
        expect(String(text.dropLast()), .wrongLength(characters: 52))
        expect(text + "A", .wrongLength(characters: 54))
        expect(text + "\n", .wrongLength(characters: 54))
        expect(text.dropLast() + "=", .wrongAlphabet)
        expect(text.dropLast() + "+", .wrongAlphabet)
        expect(text.dropLast() + " ", .wrongAlphabet)
        expect(text.dropLast() + "\0", .wrongAlphabet)
        expect("tkvm_" + String(repeating: "A", count: 48), .wrongChecksum)
        expect("tkvm_" + String(repeating: "é", count: 24), .wrongAlphabet)
    }

    @Test func `a single mistyped character is always noticed`() {
        let text = Array(MasterSecret.random().revealedText())
        for index in 5..<text.count {
            for other in "Aa0-_z" where other != text[index] {
                var mistyped = text
                mistyped[index] = other
                expect(String(mistyped), .wrongChecksum)
            }
        }
    }

    @Test func `keys differ by label, by context and by secret`() {
        let secret = MasterSecret.forTesting { UInt8($0) }
        let other = MasterSecret.forTesting { UInt8($0 + 1) }
        let keys = [
            secret.derive(.refresh, context: "https://a.example"),
            secret.derive(.refresh, context: "https://b.example"),
            secret.derive(.seal, context: "https://a.example"), secret.derive(.refresh), secret.derive(.check),
            other.derive(.refresh, context: "https://a.example"),
        ]
        let distinct = Set(keys.map { $0.withUnsafeBytes { Array($0) } })
        #expect(distinct.count == keys.count)
        #expect(keys.allSatisfy { $0.bitCount == 256 })
    }

    @Test func `a derived key is HKDF-SHA256 of label, zero byte and context`() {
        let secret = MasterSecret.forTesting { UInt8($0) }
        // By hand, RFC 5869 §2: PRK = HMAC(zeros, IKM), OKM = HMAC(PRK, info ‖ 0x01).
        let zeros = SymmetricKey(data: [UInt8](repeating: 0, count: 32))
        let prk = HMAC<SHA256>.authenticationCode(for: (0..<32).map { UInt8($0) }, using: zeros)
        let info = Array("tykva refresh v1".utf8) + [0] + Array("https://auth.example.com".utf8)
        let okm = HMAC<SHA256>.authenticationCode(for: info + [1], using: SymmetricKey(data: Array(prk)))
        let key = secret.derive(.refresh, context: "https://auth.example.com")
        #expect(key.withUnsafeBytes { Array($0) } == Array(okm))
    }

    @Test func `the derivation gives the vector without salt of RFC 5869`() {
        // Appendix A.3, of which one block is derived here.
        let okm = SecretBytes(copying: [UInt8](repeating: 0x0b, count: 22)).withUnsafeBytes {
            SodiumHash.deriveKey(from: $0, info: [])
        }
        #expect(
            okm.withUnsafeBytes { Array($0) }
                == bytes("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"))
    }

    private func expect(
        _ text: String, _ error: MasterSecretError, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, sourceLocation: location) { try MasterSecret(text: text) }
    }
}

extension MasterSecret {
    /// A secret with known bytes.
    static func forTesting(_ byte: (Int) -> UInt8) -> MasterSecret {
        MasterSecret(
            bytes: SecretBytes(count: byteCount) { buffer in
                for index in buffer.indices { buffer[index] = byte(index) }
            })
    }
}
