import Testing

@testable import Secrets

@Suite struct SealedBoxTests {
    private let one = MasterSecret.forTesting { UInt8($0) }
    private let two = MasterSecret.forTesting { UInt8($0 + 2) }
    private let keyID = Array("key-1".utf8)
    private let content: [UInt8] = (0..<48).map { $0 &* 5 }

    @Test(arguments: [0, 1, 48, SealedBox.maximumPlaintextBytes])
    func `what was sealed opens again`(_ count: Int) throws {
        let secret = SecretBytes(random: count)
        let box = try SealedBox.seal(secret, for: .signingKey, associatedData: keyID, with: MasterSecrets(one))
        #expect(box.bytes.count == 1 + 1 + 12 + count + 16)
        #expect(box.bytes.starts(with: [1, 1]))
        let stored = try SealedBox(bytes: box.bytes)
        let opened = try stored.open(for: .signingKey, associatedData: keyID, with: MasterSecrets(one))
        let isSame = opened == secret
        #expect(isSame)
    }

    @Test func `one byte more than fits is refused`() {
        let secret = SecretBytes(random: SealedBox.maximumPlaintextBytes + 1)
        #expect(throws: SealedBoxError.tooLarge) {
            try SealedBox.seal(secret, for: .signingKey, associatedData: [], with: MasterSecrets(one))
        }
    }

    @Test func `two boxes of the same secret have nothing in common`() throws {
        let boxes = try [seal(), seal()].map(\.bytes)
        #expect(boxes[0][2..<14] != boxes[1][2..<14])
        #expect(boxes[0][14...] != boxes[1][14...])
    }

    @Test func `every flipped bit refuses`() throws {
        let box = try seal().bytes
        for bit in 0..<(8 * box.count) {
            var altered = box
            altered[bit / 8] ^= 1 << (bit % 8)
            let error: SealedBoxError =
                switch bit / 8 {
                case 0: .unknownVersion(altered[0])
                case 1: .unknownSecret(number: altered[1])
                default: .notAuthentic
                }
            #expect(throws: error) {
                _ = try SealedBox(bytes: altered).open(
                    for: .signingKey, associatedData: keyID, with: MasterSecrets(one))
            }
        }
    }

    @Test func `a box cut or lengthened refuses`() throws {
        let box = try seal().bytes
        for count in 0..<30 {
            #expect(throws: SealedBoxError.malformed) { try SealedBox(bytes: Array(box.prefix(count))) }
        }
        for altered in [Array(box.dropLast()), Array(box.prefix(30)), box + [0]] {
            #expect(throws: SealedBoxError.notAuthentic) { try open(SealedBox(bytes: altered)) }
        }
        let huge = [1] + [UInt8](repeating: 0, count: SealedBox.maximumPlaintextBytes + 30)
        #expect(throws: SealedBoxError.malformed) { try SealedBox(bytes: huge) }
        #expect(throws: SealedBoxError.unknownSecret(number: 0)) { try open(SealedBox(bytes: Array(huge.dropLast()))) }
    }

    @Test func `another key id, purpose or master secret does not open it`() throws {
        let box = try seal()
        try open(box)
        #expect(throws: SealedBoxError.notAuthentic) {
            _ = try box.open(for: .signingKey, associatedData: Array("key-2".utf8), with: MasterSecrets(one))
        }
        #expect(throws: SealedBoxError.notAuthentic) {
            _ = try box.open(for: .webhookSecret, associatedData: keyID, with: MasterSecrets(one))
        }
        #expect(throws: SealedBoxError.notAuthentic) {
            _ = try box.open(for: .signingKey, associatedData: keyID, with: MasterSecrets(two))
        }
    }

    @Test func `the active secret seals, the numbered one opens`() throws {
        let both = try MasterSecrets(parsing: "3:\(one.revealedText())\n9:\(two.revealedText())")
        let box = try SealedBox.seal(
            SecretBytes(copying: content), for: .signingKey, associatedData: keyID, with: both)
        #expect(box.secretNumber == 9)
        let reversed = try both.activating(3)
        let opened = try box.open(for: .signingKey, associatedData: keyID, with: reversed)
        #expect(opened.withUnsafeBytes { Array($0) } == content)
        #expect(throws: SealedBoxError.unknownSecret(number: 9)) { try open(box) }

        // The number is authenticated: the same secret under another number does not open the box.
        let renumbered = try MasterSecrets(parsing: "8:\(two.revealedText())")
        var altered = box.bytes
        altered[1] = 8
        #expect(throws: SealedBoxError.notAuthentic) {
            _ = try SealedBox(bytes: altered).open(for: .signingKey, associatedData: keyID, with: renumbered)
        }
    }

    @Test func `sealed anew it needs the new secret alone`() throws {
        let both = try MasterSecrets(one).adding(two, 2).activating(2)
        let new = try seal().resealed(for: .signingKey, associatedData: keyID, with: both)
        #expect(new.secretNumber == 2)
        let second = try MasterSecrets(parsing: "2:\(two.revealedText())")
        let opened = try new.open(for: .signingKey, associatedData: keyID, with: second)
        #expect(opened.withUnsafeBytes { Array($0) } == content)
        #expect(throws: SealedBoxError.unknownSecret(number: 1)) {
            try seal().resealed(for: .signingKey, associatedData: keyID, with: second)
        }
    }

    private func seal() throws -> SealedBox {
        try SealedBox.seal(
            SecretBytes(copying: content), for: .signingKey, associatedData: keyID, with: MasterSecrets(one))
    }

    private func open(_ box: SealedBox) throws {
        let opened = try box.open(for: .signingKey, associatedData: keyID, with: MasterSecrets(one))
        #expect(opened.withUnsafeBytes { Array($0) } == content)
    }
}
