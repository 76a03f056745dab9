import CSodium
import Crypto

/// Hashes over secrets, with libsodium: its state lies in our own memory and is wiped, while swift-crypto's hash
/// objects leave their last block behind in memory that was given back.
enum SodiumHash {
    static let byteCount = 32

    /// SHA-256 of the parts in a row.
    static func sha256(_ parts: UnsafeRawBufferPointer...) -> [UInt8] {
        var state = crypto_hash_sha256_state()
        defer { sodium_memzero(&state, MemoryLayout.size(ofValue: state)) }
        var hash = [UInt8](repeating: 0, count: byteCount)
        crypto_hash_sha256_init(&state)
        for part in parts {
            crypto_hash_sha256_update(&state, part.bindMemory(to: UInt8.self).baseAddress, UInt64(part.count))
        }
        crypto_hash_sha256_final(&state, &hash)
        return hash
    }

    /// HMAC-SHA256 (RFC 2104), written into 32 bytes.
    static func authenticate(
        _ message: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, into code: UnsafeMutableRawBufferPointer
    ) {
        guard code.count == byteCount, let output = code.bindMemory(to: UInt8.self).baseAddress,
            let keyBytes = key.bindMemory(to: UInt8.self).baseAddress
        else { preconditionFailure("an HMAC-SHA256 has 32 bytes, and a key") }
        var state = crypto_auth_hmacsha256_state()
        defer { sodium_memzero(&state, MemoryLayout.size(ofValue: state)) }
        crypto_auth_hmacsha256_init(&state, keyBytes, key.count)
        crypto_auth_hmacsha256_update(&state, message.bindMemory(to: UInt8.self).baseAddress, UInt64(message.count))
        crypto_auth_hmacsha256_final(&state, output)
    }

    /// HKDF-SHA256 without salt (RFC 5869 §2) for one block of output, 32 bytes.
    static func deriveKey(from input: UnsafeRawBufferPointer, info: [UInt8]) -> SymmetricKey {
        withUnsafeTemporaryAllocation(byteCount: 2 * byteCount, alignment: 16) { memory in
            defer { Sodium.wipe(memory) }
            let pseudoRandomKey = UnsafeMutableRawBufferPointer(rebasing: memory[..<byteCount])
            let output = UnsafeMutableRawBufferPointer(rebasing: memory[byteCount...])
            let noSalt = [UInt8](repeating: 0, count: byteCount)
            noSalt.withUnsafeBytes { authenticate(input, key: $0, into: pseudoRandomKey) }
            (info + [1]).withUnsafeBytes {
                authenticate($0, key: UnsafeRawBufferPointer(pseudoRandomKey), into: output)
            }
            return SymmetricKey(data: UnsafeRawBufferPointer(output))
        }
    }
}
