import OAuth
import StrictFormats
import Testing

@Suite struct UnreadableTokenTests {
    private let planted = PlantedToken()

    @Test(arguments: [
        (#"{"sub":"a","sub":"b"}"#, "twice"), (#"{"sub":"a""#, "too early"), (#"["sub"]"#, "not an object"),
        (#"{"sub":NaN}"#, "byte"), ("", "too early"), (#"{"sub":"a"} x"#, "goes on"), ("\"text\"", "not an object"),
    ])
    func `what the strict reader refuses is said and still shown`(_ json: String, _ words: String) throws {
        let inspection = inspect(claims: Array(json.utf8))
        let claims = try #require(inspection.claims)
        #expect(claims.value == nil)
        #expect(claims.text == json)
        #expect(try #require(claims.fault).contains(words), "\(claims.fault ?? "")")
        #expect(inspection.findings == ["claims malformed"])
        #expect(inspection.header?.value != nil)
    }

    @Test func `padding, the other alphabet and stray bits are told and read all the same`() throws {
        let claims = Base64URL.encode(PlantedToken().with("x", "???>>>").claims.encoded())
        let parts = planted.text.split(separator: ".").map(String.init)
        let variants = [
            claims + "=", claims.replacing("-", with: "+").replacing("_", with: "/"),
            claims.prefix(40) + " " + claims.dropFirst(40),
            claims.dropLast() + strayBits(claims.last),
        ]
        for variant in variants where variant != claims {
            let text = "\(parts[0]).\(variant).\(parts[2])"
            let inspection = TokenInspection(of: text, now: PlantedToken.now)
            #expect(inspection.claims?.value?["x"] == "???>>>", "\(variant)")
            #expect(inspection.claims?.fault?.contains("canonical") == true)
            #expect(inspection.findings == ["claims malformed"])
        }
        let inspection = TokenInspection(of: planted.text + "==", now: PlantedToken.now)
        #expect(inspection.findings == ["signature malformed"])
        #expect(inspection.signatureByteCount == 64)
    }

    @Test func `a part that is no base64 at all has a fault and no text`() {
        let parts = planted.text.split(separator: ".").map(String.init)
        for bad in ["A", "€uro", "*", "abc$"] {
            let inspection = TokenInspection(of: "\(bad).\(parts[1]).\(parts[2])", now: PlantedToken.now)
            #expect(inspection.header?.value == nil && inspection.header?.text == nil)
            #expect(inspection.header?.fault == "it is not base64url")
            #expect(inspection.claims?.value != nil)
            #expect(inspection.findings == ["header malformed"])
        }
    }

    @Test func `sensitive contents are found in unreadable claims too`() {
        let json = #"{"a":"eve@example.com","a":"4111 1111 1111 1111","b":"tkvr_AAAAAAAAAAAAAAAAAAAA"}"#
        #expect(
            inspect(claims: Array(json.utf8)).findings
                == ["claims malformed", "claims email", "claims card-number", "claims secret"])
    }

    @Test func `what is shown moves no cursor and turns no writing round`() throws {
        let inspection = inspect(claims: Array("\u{1B}[2J \u{9B}31m \u{202E}txt\0 ü 漢".utf8))
        let text = try #require(inspection.claims?.text)
        #expect(text == "\u{FFFD}[2J \u{FFFD}31m \u{FFFD}txt\u{FFFD} ü 漢")
        let planted = PlantedToken().with("e\u{1B}[2Jmail", "a@b.example")
        for warning in planted.inspection.warnings {
            #expect(!warning.description.unicodeScalars.contains { $0.value < 0x20 })
        }
    }

    @Test func `bytes that are no UTF-8 are shown as far as they go`() {
        let inspection = inspect(claims: [0x7B, 0xFF, 0xFE, 0x7D])
        #expect(inspection.claims?.text == "{\u{FFFD}\u{FFFD}}")
        #expect(inspection.claims?.value == nil)
    }

    @Test func `long unreadable text is cut`() {
        let inspection = inspect(claims: [UInt8](repeating: UInt8(ascii: "x"), count: 100_000))
        #expect(inspection.claims?.text?.unicodeScalars.count == 16_385)
    }

    private func inspect(claims: [UInt8]) -> TokenInspection {
        let text = PlantedToken.text(header: planted.header.encoded(), claims: claims, signature: planted.signature)
        return TokenInspection(of: text, now: PlantedToken.now)
    }

    /// The same last character with one more bit, where it has bits to spare.
    private func strayBits(_ character: Character?) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let index = character.flatMap { alphabet.firstIndex(of: $0) } ?? 0
        return String(alphabet[index | 1])
    }
}
