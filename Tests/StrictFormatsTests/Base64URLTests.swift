import StrictFormats
import Testing

@Suite struct Base64URLTests {
    /// RFC 4648 §10, without padding, and RFC 7515 appendix C.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the published vectors go both ways`(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test func `the example of RFC 7515 appendix C uses the alphabet for URLs`() {
        #expect(Base64URL.encode([3, 236, 255, 224, 193]) == "A-z_4ME")
        #expect(Base64URL.decode("A-z_4ME") == [3, 236, 255, 224, 193])
    }

    @Test func `whatever is encoded comes back, at every length`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let text = Base64URL.encode(bytes)
            #expect(text.utf8.count == Base64URL.encodedCount(count), "seed \(seed)")
            #expect(Base64URL.decode(text) == bytes, "seed \(seed)")
            #expect(Base64URL.decode(Array(text.utf8)[...]) == bytes, "seed \(seed)")
            var appended = Array("x".utf8)
            Base64URL.encode(bytes.span, into: &appended)
            #expect(appended == Array("x\(text)".utf8), "seed \(seed)")
        }
    }

    @Test(arguments: [
        "Zg==", "Zm8=", "Zm9v=", "=", "====",  // padding
        "Zh", "Zm9", "Zn", "Zm-",  // stray bits
        "Z", "Zm9vY",  // one character left over
        " Zg", "Zg ", "Zg\n", "Zm\r\n9v", "Zm 9v", "\tZg",  // white space
        "A+z/4ME", "Zm9+", "Zm9/",  // the other alphabet
        "Zm9\0", "Zm9.", "Zm9é", "Zm9\u{212A}", "Zm*v",  // foreign characters
    ])
    func `any other spelling is refused`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func `of all texts of two characters exactly one in sixteen is canonical`() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var decoded: Set<[UInt8]> = []
        var accepted = 0
        for first in alphabet {
            for second in alphabet {
                guard let bytes = Base64URL.decode([first, second]) else { continue }
                accepted += 1
                decoded.insert(bytes)
            }
        }
        #expect(accepted == 256)
        #expect(decoded.count == 256)
    }
}
