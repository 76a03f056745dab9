import Testing

@testable import Secrets

@Suite struct SecretBase64Tests {
    @Test(arguments: [
        ("", ""), ("66", "Zg"), ("666f", "Zm8"), ("666f6f", "Zm9v"), ("666f6f62", "Zm9vYg"), ("fbff", "-_8"),
    ])
    func `the vectors of RFC 4648 go both ways`(_ hex: String, _ text: String) {
        #expect(SecretBase64.encode(SecretBytes(copying: bytes(hex)), .url) == text)
        #expect(decode(text, .url) == bytes(hex))
        #expect(decode(text, .standard) == (text == "-_8" ? nil : bytes(hex)))
    }

    @Test func `the alphabets have 64 letters each`() {
        for (alphabet, last) in [(SecretBase64.Alphabet.url, "-_"), (.standard, "+/")] {
            let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last
            for byte in UInt8.min...UInt8.max {
                let isLetter = letters.utf8.contains(byte)
                #expect((decode([0x41, byte, 0x41, 0x41], alphabet) != nil) == isLetter, "byte \(byte)")
            }
        }
    }

    @Test(arguments: ["A", "AAAAA", "Zg=", "Zg==", "Zh", "Zm9", "Zm8\n", " Zm8", "Zm8 "])
    func `what is not canonical is nil`(_ text: String) {
        #expect(decode(text, .url) == nil)
    }

    @Test func `what does not fit is nil`() {
        #expect(decode(Array("Zm9v".utf8), .url, capacity: 2) == nil)
        #expect(decode(Array("Zm8".utf8), .url, capacity: 2) == bytes("666f"))
        #expect(decode(Array("Zm8".utf8), .url, capacity: 0) == nil)
    }

    private func decode(_ text: String, _ alphabet: SecretBase64.Alphabet) -> [UInt8]? {
        decode(Array(text.utf8), alphabet)
    }

    private func decode(_ text: [UInt8], _ alphabet: SecretBase64.Alphabet, capacity: Int = 100) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: capacity)
        let count = buffer.withUnsafeMutableBytes { SecretBase64.decode(text, alphabet, into: $0) }
        return count.map { Array(buffer[..<$0]) }
    }
}
