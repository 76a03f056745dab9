import CSodium

/// The one place that readies libsodium.
enum Sodium {
    /// Touching it initialises libsodium once for the process: it picks the fastest Argon2id code of this processor
    /// and opens its random source. When the kernel has none, libsodium ends the process itself: a secret that can
    /// be guessed must never be made.
    static let isReady: Bool = sodium_init() >= 0

    /// Overwrites bytes that are no longer wanted; the compiler may not leave it out.
    static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes(wipe)
    }

    static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let start = buffer.baseAddress else { return }
        sodium_memzero(start, buffer.count)
    }
}
