import Crypto

/// The MAC of refresh tokens, with a key of one master secret and one issuer: HMAC-SHA256.
///
/// The issuer in the key keeps a staging copy from making tokens for production. Made once and kept: the key is
/// absorbed when the value is made, so that a token costs two blocks of SHA-256.
package struct TokenMAC: Sendable, Redacted {
    package static let byteCount = 32

    private let keyed: HMAC<SHA256>

    package init(_ secret: MasterSecret, issuer: String) {
        self.keyed = HMAC(key: secret.derive(.refresh, context: issuer))
    }

    init(key: SymmetricKey) {
        self.keyed = HMAC(key: key)
    }

    package func authenticate(_ bytes: some Collection<UInt8>) -> [UInt8] {
        Array(code(of: bytes))
    }

    /// Whether the MAC is the one of these bytes, in constant time. One of another length is not.
    package func isValid(_ mac: some Collection<UInt8>, for bytes: some Collection<UInt8>) -> Bool {
        code(of: bytes).withUnsafeBytes { expected in
            ConstantTime.equal(expected, mac)
        }
    }

    private func code(of bytes: some Collection<UInt8>) -> HMAC<SHA256>.MAC {
        var keyed = keyed
        let isDone: Void? = bytes.withContiguousStorageIfAvailable {
            keyed.update(data: UnsafeRawBufferPointer($0))
        }
        if isDone == nil { keyed.update(data: Array(bytes)) }
        return keyed.finalize()
    }
}
