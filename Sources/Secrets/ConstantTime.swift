import CSodium

/// Comparison whose time tells nothing about where two values differ.
package enum ConstantTime {
    /// Whether both hold the same bytes. The time depends on the lengths only; lengths are not secret.
    package static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        let compared = left.withContiguousStorageIfAvailable { left in
            right.withContiguousStorageIfAvailable { right in
                equal(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
            }
        }
        if case .some(.some(let answer)) = compared { return answer }
        return equal(Array(left), Array(right))
    }

    /// Whether both hold the same bytes. The time depends on the lengths only; lengths are not secret.
    package static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return true }
        return sodium_memcmp(leftStart, rightStart, left.count) == 0
    }
}
