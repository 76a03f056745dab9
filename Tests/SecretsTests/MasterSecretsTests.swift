import Testing

@testable import Secrets

@Suite struct MasterSecretsTests {
    private let one = MasterSecret.forTesting { UInt8($0) }
    private let two = MasterSecret.forTesting { UInt8($0 + 2) }
    private let three = MasterSecret.forTesting { UInt8($0 + 3) }

    @Test(arguments: ["", "\n"])
    func `one secret alone is number 1`(_ end: String) throws {
        let secrets = try MasterSecrets(parsing: one.revealedText() + end)
        #expect(secrets.numbers == [1])
        #expect(secrets.activeNumber == 1)
        #expect(secrets.active.isSame(as: one))
    }

    @Test func `a single line may have a number`() throws {
        let secrets = try MasterSecrets(parsing: "255:\(two.revealedText())")
        #expect(secrets.numbers == [255])
        #expect(secrets[number: 1] == nil)
        #expect(try #require(secrets[number: 255]).isSame(as: two))
    }

    @Test func `of several the highest number is active unless told`() throws {
        let text = "2:\(two.revealedText())\n10:\(one.revealedText())\n3:\(three.revealedText())\n"
        let secrets = try MasterSecrets(parsing: text)
        #expect(secrets.numbers == [2, 3, 10])
        #expect(secrets.activeNumber == 10)
        #expect(secrets.active.isSame(as: one))

        let told = try MasterSecrets(parsing: text, active: 3)
        #expect(told.activeNumber == 3)
        #expect(told.active.isSame(as: three))
        #expect(try told.activating(2).active.isSame(as: two))
        #expect(throws: MasterSecretsError.unknownNumber(4)) { try told.activating(4) }
        #expect(throws: MasterSecretsError.unknownNumber(1)) { try MasterSecrets(parsing: text, active: 1) }
    }

    @Test func `one is added, others are dropped, and never the active one`() throws {
        let secrets = try MasterSecrets(one).adding(two, 2).adding(three, 7)
        #expect(secrets.numbers == [1, 2, 7])
        #expect(secrets.activeNumber == 1)
        #expect(throws: MasterSecretsError.self) { try secrets.adding(three, 2) }
        let fewer = try secrets.activating(7).dropping([2, 7, 9])
        #expect(fewer.numbers == [1, 7])
        #expect(fewer.agrees(with: secrets, on: 7))
        #expect(!fewer.agrees(with: secrets, on: 2))
        #expect(!MasterSecrets(two).agrees(with: secrets, on: 1))
        #expect(try MasterSecrets(parsing: secrets.revealedText()).numbers == [1, 2, 7])
        #expect(!"\(secrets)".contains("tkvm_"))
    }

    @Test func `each other form is refused with its line`() {
        let (a, b) = (one.revealedText(), two.revealedText())
        expect("", .empty)
        expect("\n", .empty)
        expect("\n\n", .unnumbered(line: 1))
        expect("\(a)\n\(b)", .unnumbered(line: 1))
        expect("1:\(a)\n\(b)", .unnumbered(line: 2))
        expect("1:\(a)\n\n2:\(b)", .unnumbered(line: 2))
        expect("1:\(a)\n2:\(b)\n\n", .unnumbered(line: 3))
        expect("# comment\n1:\(a)", .unnumbered(line: 1))
        expect("1:\(a)\r\n2:\(b)", .malformed(line: 1, .wrongLength(characters: 54)))
        expect("1: \(a)", .malformed(line: 1, .wrongPrefix))
        expect("1:\(a)\n2:\(b.dropLast())", .malformed(line: 2, .wrongLength(characters: 52)))
        expect("1:\(a)\n1:\(b)", .repeatedNumber(1, line: 2))
        expect("1:\(a)\n2:\(a)", .repeatedSecret(line: 2))
        for number in ["0", "256", "01", "+1", "-1", "", " 1", "1 ", "１", "99999999999999999999", "1:1"] {
            let isPair = number == "1:1"
            expect("\(number):\(a)", isPair ? .malformed(line: 1, .wrongPrefix) : .badNumber(line: 1))
        }
    }

    @Test func `no refusal repeats any of the secret`() {
        let a = one.revealedText()
        for text in ["x:\(a)", "1:\(a)x", "1:\(a)\n\(a)", "1:\(a)\n2:\(a)", "\(a)x"] {
            #expect(throws: MasterSecretsError.self) { try MasterSecrets(parsing: text) }
            do {
                _ = try MasterSecrets(parsing: text)
            } catch {
                #expect(!"\(error)".contains(a.dropFirst(5).prefix(6)))
                #expect(!"\(error)".isEmpty)
            }
        }
    }

    @Test func `the check value is of the secret alone, and none of an unknown number`() throws {
        let secrets = try MasterSecrets(parsing: "1:\(one.revealedText())\n2:\(two.revealedText())")
        // HKDF-SHA256 with the info "tykva check v1" ‖ 0, cut to 16 bytes; computed with Python's hmac.
        #expect(secrets.checkValue(1) == bytes("bbc7afa39ab99bd3f4236204cce926ad"))
        #expect(secrets.checkValue(2) != secrets.checkValue(1))
        #expect(secrets.checkValue(2)?.count == MasterSecrets.checkValueBytes)
        #expect(secrets.checkValue(3) == nil)
        #expect(MasterSecrets(two).checkValue(1) == secrets.checkValue(2))
    }

    private func expect(
        _ text: String, _ error: MasterSecretsError, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, sourceLocation: location) { try MasterSecrets(parsing: text) }
    }
}
