import Crypto
import Foundation

/// A secret that may lie in the database: AES-256-GCM under a key derived from a numbered master secret.
///
/// Bytes: version (1), number of the master secret (1), nonce (12), ciphertext, tag (16). Version and number are
/// authenticated with the caller's associated data. Nonces are random: a deployment seals a few keys a month, far
/// from the 2³² for one key that NIST SP 800-38D §8.3 allows.
package struct SealedBox: Sendable, Equatable {
    /// What a box is for; a box of one purpose does not open for another.
    package struct Purpose: Sendable, Hashable {
        let text: String

        package init(_ text: StaticString) {
            self.text = text.description
        }

        package static let signingKey = Purpose("signing key")
        package static let webhookSecret = Purpose("webhook secret")
    }

    package static let maximumPlaintextBytes = 65_536

    private static let version: UInt8 = 1
    private static let headerBytes = 2
    private static let nonceBytes = 12
    private static let tagBytes = 16
    private static let overheadBytes = headerBytes + nonceBytes + tagBytes

    package let bytes: [UInt8]

    /// A box as it was stored: its form is checked here, its truth when it is opened.
    package init(bytes: [UInt8]) throws(SealedBoxError) {
        guard (Self.overheadBytes...Self.overheadBytes + Self.maximumPlaintextBytes).contains(bytes.count) else {
            throw .malformed
        }
        guard bytes[0] == Self.version else { throw .unknownVersion(bytes[0]) }
        self.bytes = bytes
    }

    /// The number of the master secret that opens it.
    package var secretNumber: UInt8 { bytes[1] }

    /// Seals with the active master secret.
    ///
    /// - Parameter associatedData: What the box belongs to, such as a key id: it is not stored in the box, and
    ///   opening takes the same again.
    package static func seal(
        _ secret: borrowing SecretBytes, for purpose: Purpose, associatedData: [UInt8], with secrets: MasterSecrets
    ) throws(SealedBoxError) -> SealedBox {
        guard secret.count <= maximumPlaintextBytes else { throw .tooLarge }
        let header = [version, secrets.activeNumber]
        let key = secrets.active.derive(.seal, context: purpose.text)
        let sealed = secret.withUnsafeBytes { plaintext in
            try? AES.GCM.seal(plaintext, using: key, authenticating: header + associatedData).combined
        }
        guard let combined = sealed else { throw .sealingFailed }
        return try SealedBox(bytes: header + Array(combined))
    }

    /// Opens with the master secret whose number it carries.
    package func open(
        for purpose: Purpose, associatedData: [UInt8], with secrets: MasterSecrets
    ) throws(SealedBoxError) -> SecretBytes {
        guard let master = secrets[number: secretNumber] else { throw .unknownSecret(number: secretNumber) }
        let key = master.derive(.seal, context: purpose.text)
        let header = Array(bytes[..<Self.headerBytes])
        guard let box = try? AES.GCM.SealedBox(combined: bytes[Self.headerBytes...]),
            var plaintext = try? AES.GCM.open(box, using: key, authenticating: header + associatedData)
        else { throw .notAuthentic }
        defer { plaintext.withUnsafeMutableBytes(Sodium.wipe) }
        return SecretBytes(copying: plaintext)
    }
}
