import CSodium

/// Bytes that are wiped when their owner lets go of them.
///
/// They lie in pages of their own between guard pages, locked out of swap and left out of core dumps where the system
/// allows it (libsodium's guarded heap), unless they are brief. There is one owner at a time, no text form and no way
/// to print them.
package struct SecretBytes: ~Copyable, Sendable {
    package let count: Int

    // Written only before the initialiser returns and wiped only in `deinit`: every other access reads.
    private nonisolated(unsafe) let memory: UnsafeMutableRawPointer
    private let isGuarded: Bool

    /// Fills new secret memory in place, so that no copy is left elsewhere.
    ///
    /// - Parameters:
    ///   - count: How many bytes; not negative.
    ///   - fill: Writes them. What it leaves untouched is zero. When it throws, the memory is wiped and given back.
    package init<Fault: Error>(
        count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Fault) -> Void
    ) throws(Fault) {
        precondition(count >= 0, "a secret has no negative length")
        let (memory, isGuarded) = Self.allocate(count)
        do throws(Fault) {
            try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
        } catch {
            Self.release(memory, count: count, isGuarded: isGuarded)
            throw error
        }
        self.count = count
        self.memory = memory
        self.isGuarded = isGuarded
    }

    /// Makes `count` bytes from the system's random source.
    package init(random count: Int) {
        self.init(count: count) { buffer in
            guard let start = buffer.baseAddress, !buffer.isEmpty else { return }
            randombytes_buf(start, buffer.count)
        }
    }

    /// Copies bytes; the original stays the caller's to wipe.
    package init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// Copies bytes; the original stays the caller's to wipe.
    package init(copying bytes: some Collection<UInt8>) {
        self.init(count: bytes.count) { buffer in
            for (offset, byte) in zip(buffer.indices, bytes) { buffer[offset] = byte }
        }
    }

    deinit {
        Self.release(memory, count: count, isGuarded: isGuarded)
    }

    /// Lends the bytes for the time of the call; the pointer must not outlive it.
    package borrowing func withUnsafeBytes<Value: ~Copyable, Fault: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Fault) -> Value
    ) throws(Fault) -> Value {
        try body(UnsafeRawBufferPointer(start: memory, count: count))
    }

    /// Compares in a time that depends on the lengths only.
    package static func == (left: borrowing SecretBytes, right: borrowing SecretBytes) -> Bool {
        guard left.count == right.count else { return false }
        return sodium_memcmp(left.memory, right.memory, left.count) == 0
    }

    package static func != (left: borrowing SecretBytes, right: borrowing SecretBytes) -> Bool {
        !(left == right)
    }

    /// Copies bytes for a moment, into ordinary memory: what a request brought lies in its buffers too, and guarded
    /// pages would cost it six system calls.
    package init(brieflyCopying bytes: some Collection<UInt8>) {
        count = bytes.count
        (memory, isGuarded) = (Self.ordinary(count), false)
        for (offset, byte) in bytes.enumerated() { memory.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self) }
    }

    /// Takes guarded pages, or ordinary memory when the process may map no more of them: it is wiped all the same.
    private static func allocate(_ count: Int) -> (memory: UnsafeMutableRawPointer, isGuarded: Bool) {
        if Sodium.isReady, let guarded = sodium_malloc(count) {
            sodium_memzero(guarded, count)
            return (guarded, true)
        }
        return (ordinary(count), false)
    }

    private static func ordinary(_ count: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 16)
        sodium_memzero(memory, count)
        return memory
    }

    private static func release(_ memory: UnsafeMutableRawPointer, count: Int, isGuarded: Bool) {
        sodium_memzero(memory, count)
        if isGuarded {
            sodium_free(memory)
        } else {
            memory.deallocate()
        }
    }
}
