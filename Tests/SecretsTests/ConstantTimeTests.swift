import Testing

@testable import Secrets

@Suite struct ConstantTimeTests {
    @Test func `equal bytes are equal in every kind of collection`() {
        let bytes: [UInt8] = [1, 2, 3]
        #expect(ConstantTime.equal(bytes, bytes))
        #expect(ConstantTime.equal(bytes[...], "\u{1}\u{2}\u{3}".utf8))
        #expect(ConstantTime.equal(bytes.reversed() as ReversedCollection, [3, 2, 1]))
        #expect(ConstantTime.equal([], []))
    }

    @Test func `one flipped bit anywhere, one byte more or one less differ`() {
        let bytes: [UInt8] = (0..<32).map { $0 }
        for bit in 0..<256 {
            var other = bytes
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(!ConstantTime.equal(bytes, other))
        }
        #expect(!ConstantTime.equal(bytes, bytes + [0]))
        #expect(!ConstantTime.equal(bytes, bytes.dropLast()))
        #expect(!ConstantTime.equal(bytes, []))
    }
}
