import Foundation
import Testing

@testable import Secrets

@Suite struct SecretBytesTests {
    @Test func `random bytes have their count and differ`() {
        let first = SecretBytes(random: 32)
        let second = SecretBytes(random: 32)
        #expect(first.count == 32)
        #expect(first.withUnsafeBytes { $0.count } == 32)
        let isSame = first == second
        #expect(!isSame)
    }

    @Test func `no bytes at all are a value too`() {
        let empty = SecretBytes(random: 0)
        let other = SecretBytes(copying: [UInt8]())
        let isSame = empty == other
        #expect(isSame)
        #expect(empty.withUnsafeBytes { Array($0) } == [])
    }

    @Test func `a copy holds the same bytes as its original`() {
        let original: [UInt8] = (0...255).map { $0 }
        let copies = [SecretBytes(copying: original).array, SecretBytes(copying: original[...]).array]
        #expect(copies == [original, original])
        #expect(original.withUnsafeBytes { SecretBytes(copying: $0).array } == original)
        #expect(SecretBytes(copying: original.lazy.map { $0 }).array == original)
    }

    @Test func `equality sees every byte and the length`() {
        let original: [UInt8] = (0..<40).map { $0 }
        let secret = SecretBytes(copying: original)
        for index in original.indices {
            var altered = original
            altered[index] ^= 0x80
            let isSame = secret == SecretBytes(copying: altered)
            #expect(!isSame, "byte \(index)")
        }
        let isSameAsPrefix = secret == SecretBytes(copying: original.dropLast())
        #expect(!isSameAsPrefix)
        let isSameAsItself = secret == SecretBytes(copying: original)
        #expect(isSameAsItself)
    }

    @Test func `what the filling leaves untouched is zero`() {
        let secret = SecretBytes(count: 8) { $0[3] = 7 }
        #expect(secret.array == [0, 0, 0, 7, 0, 0, 0, 0])
    }

    @Test func `an error of the filling reaches the caller`() {
        struct Fault: Error {}
        #expect(throws: Fault.self) {
            _ = try SecretBytes(count: 8) { _ throws(Fault) in throw Fault() }
        }
    }

    #if os(Linux)
        @Test func `the bytes are in memory while the owner lives and nowhere afterwards`() async {
            // In a process of its own, whose memory is small and holds nothing of other tests.
            await #expect(processExitsWith: .success) {
                let pattern = MemoryPattern(seed: 0xA7)
                let address: UInt
                do {
                    let secret = SecretBytes(count: MemoryPattern.count) { buffer in
                        for index in buffer.indices { buffer[index] = pattern.byte(index) }
                    }
                    address = secret.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
                    let found = try pattern.occurrences()
                    #expect(found == [address])
                    #expect(secret.count == MemoryPattern.count)
                }
                #expect(try pattern.occurrences() == [])
            }
        }

        @Test func `a decoded master secret is nowhere in memory once it is let go`() async {
            // In a process of its own, whose memory is small and holds nothing of other tests.
            await #expect(processExitsWith: .success) {
                let pattern = MemoryPattern(seed: 0x35)
                let heap = CrowdedHeap()
                defer { heap.free() }
                do {
                    let secret = MasterSecret.forTesting { pattern.byte($0) }
                    let found = try pattern.occurrences()
                    #expect(found.count == 1)
                    _ = secret.derive(.check)
                    #expect(try pattern.occurrences() == found, "deriving leaves no copy")
                    var text = Array(secret.revealedText().utf8)
                    #expect(try pattern.occurrences() == found, "writing it down leaves its text alone")
                    #expect(try MasterSecret(utf8: text[...]).isSame(as: secret))
                    Sodium.wipe(&text)
                    #expect(try pattern.occurrences() == found, "reading it leaves no copy")
                }
                #expect(try pattern.occurrences() == [])
            }
        }
    #endif
}

extension SecretBytes {
    fileprivate var array: [UInt8] { withUnsafeBytes { Array($0) } }
}
