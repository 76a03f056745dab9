import Crypto
import Foundation

/// What a webhook's messages are signed with, known to its receiver too (Standard Webhooks, "Symmetric").
///
/// 192 random bits, as others take, written `whsec_` and 32 characters of base64, which need no padding. Printed once,
/// kept in a `SealedBox`.
package struct WebhookSecret: Sendable, Redacted {
    private static let prefix = "whsec_"

    private let key: SymmetricKey

    package static func random() -> WebhookSecret { WebhookSecret(key: SymmetricKey(size: .bits192)) }

    private init(key: SymmetricKey) { self.key = key }

    /// Opens a stored one.
    ///
    /// - Parameter webhook: The id of the webhook that it belongs to.
    package init(
        opening box: SealedBox, of webhook: String, with secrets: MasterSecrets
    ) throws(SealedBoxError) {
        let bytes = try box.open(for: .webhookSecret, associatedData: Array(webhook.utf8), with: secrets)
        key = bytes.withUnsafeBytes { SymmetricKey(data: $0) }
    }

    /// Seals it for a webhook with the active master secret.
    package func sealed(for webhook: String, with secrets: MasterSecrets) throws(SealedBoxError) -> SealedBox {
        try SealedBox.seal(bytes, for: .webhookSecret, associatedData: Array(webhook.utf8), with: secrets)
    }

    /// The value in clear, for the one answer that hands it over. Never for a log.
    package func revealedText() -> String { Self.prefix + SecretBase64.encode(bytes, .standard) }

    /// The signature of a message: `v1,` and the base64 of HMAC-SHA256 over id, time and body with dots between them.
    ///
    /// - Parameter seconds: Of the attempt, since 1970.
    package func signature(of id: String, at seconds: Int64, body: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(id).\(seconds).".utf8) + body, using: key)
        return "v1," + Data(code).base64EncodedString()
    }

    private var bytes: SecretBytes {
        SecretBytes(count: key.bitCount / 8) { buffer in key.withUnsafeBytes { buffer.copyMemory(from: $0) } }
    }
}
