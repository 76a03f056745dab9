import Foundation
import Testing

@testable import Secrets

@Suite struct WebhookSecretTests {
    private let secrets = MasterSecrets(.random())

    private func opened(_ text: String) throws -> WebhookSecret {
        let bytes = try #require(Data(base64Encoded: String(text.dropFirst("whsec_".count))))
        let box = try SealedBox.seal(
            SecretBytes(copying: bytes), for: .webhookSecret, associatedData: Array("w_1".utf8), with: secrets)
        return try WebhookSecret(opening: box, of: "w_1", with: secrets)
    }

    @Test func `the published example has the published signature`() throws {
        let text = "whsec_plJ3nmyCDGBKInavdOK15jsl"
        let secret = try opened(text)
        #expect(secret.revealedText() == text)
        let body = Array(#"{"event_type":"ping","data":{"success":true}}"#.utf8)
        let signature = secret.signature(of: "msg_loFOjxBNrRLzqYUf", at: 1_731_705_121, body: body)
        #expect(signature == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=")
        for other in [
            secret.signature(of: "msg_loFOjxBNrRLzqYUg", at: 1_731_705_121, body: body),
            secret.signature(of: "msg_loFOjxBNrRLzqYUf", at: 1_731_705_122, body: body),
            secret.signature(of: "msg_loFOjxBNrRLzqYUf", at: 1_731_705_121, body: body + [0x20]),
            WebhookSecret.random().signature(of: "msg_loFOjxBNrRLzqYUf", at: 1_731_705_121, body: body),
        ] {
            #expect(other != signature)
        }
    }

    @Test func `a secret opens for its own webhook, with its own master secret, and shows itself to nobody`() throws {
        let secret = WebhookSecret.random()
        let text = secret.revealedText()
        #expect(text.wholeMatch(of: /whsec_[A-Za-z0-9+\/]{32}/) != nil)
        #expect(WebhookSecret.random().revealedText() != text)
        let box = try secret.sealed(for: "w_1", with: secrets)
        #expect(try WebhookSecret(opening: box, of: "w_1", with: secrets).revealedText() == text)
        #expect(throws: SealedBoxError.notAuthentic) { try WebhookSecret(opening: box, of: "w_2", with: secrets) }
        #expect(throws: SealedBoxError.notAuthentic) {
            try WebhookSecret(opening: box, of: "w_1", with: MasterSecrets(.random()))
        }
        #expect(!"\(secret)".contains(text.dropFirst(6)))
    }
}
