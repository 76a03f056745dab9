import Crypto

/// A table's contents in one number, whatever the order of its rows: the sum of their SHA-256, modulo 2²⁵⁶.
///
/// The engines order texts differently, so a digest of the rows in order would differ for equal tables. A sum does not
/// withstand somebody who makes rows to fit it; it is there to notice a row that is missing, changed or twice.
package struct TableChecksum: Sendable, Hashable {
    package private(set) var rows = 0
    /// The lowest 64 bits first.
    private var sum = SIMD4<UInt64>()

    package init() {}

    mutating func add(_ rows: [[SQLValue]]) {
        var bytes: [UInt8] = []
        for row in rows {
            bytes.removeAll(keepingCapacity: true)
            CanonicalRow.append(row, to: &bytes)
            add(SHA256.hash(data: bytes))
        }
        self.rows += rows.count
    }

    /// 64 hexadecimal digits.
    package var text: String {
        (0..<4).reversed().map { limb in
            let digits = String(sum[limb], radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    private mutating func add(_ digest: SHA256Digest) {
        digest.withUnsafeBytes { bytes in
            var carry: UInt64 = 0
            for limb in 0..<4 {
                let part = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 24 - 8 * limb, as: UInt64.self))
                let (first, firstOver) = sum[limb].addingReportingOverflow(part)
                let (second, secondOver) = first.addingReportingOverflow(carry)
                sum[limb] = second
                carry = firstOver || secondOver ? 1 : 0
            }
        }
    }
}
