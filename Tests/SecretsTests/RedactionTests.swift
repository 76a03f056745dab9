import TestSupport
import Testing

@testable import Secrets

@Suite struct RedactionTests {
    /// Every Copyable value of the module that holds a secret, with the bytes or text that must not appear.
    @Test func `no secret is in any text form of its holder`() async throws {
        let secret = MasterSecret.forTesting { UInt8(0x41 + $0) }
        let secrets = MasterSecrets(secret)
        let oneTime = OneTimeValue.random(.clientSecret)
        let phrase = "correct horse battery staple"
        let hash = PasswordHash(stored: "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR")
        let holders: [(value: Any, secret: [String])] = [
            (secret, [secret.revealedText(), "ABCD", "65, 66"]), (secrets, [secret.revealedText(), "ABCD", "65, 66"]),
            (oneTime, [oneTime.revealedText(), String(oneTime.revealedText().dropFirst(5))]),
            (try await Password.accepted(phrase), [phrase, "horse", "99, 111"]),
            (PresentedPassword(phrase), [phrase, "horse", "99, 111"]),
            (LeakedPasswordQuery(phrase), ["horse", LeakedPasswordQuery(phrase).prefix]),
            (hash, ["c29tZXNhbHQ", "nf65"]), (TokenMAC(secret, issuer: "https://a.example"), ["bytes", "hash", "key"]),
            (Optional(secret) as Any, ["ABCD"]), ([oneTime], [oneTime.revealedText()]),
            (["value": oneTime], [oneTime.revealedText()]),
        ]
        for (value, forbidden) in holders {
            for text in texts(of: value) {
                #expect(text.contains("hidden"), "\(text)")
                for word in forbidden { #expect(!text.contains(word), "\(type(of: value)) shows \(word)") }
            }
        }
    }

    @Test func `the test would see an unhidden secret`() {
        struct Leaky { let text = "horse" }
        #expect(texts(of: Leaky()).allSatisfy { $0.contains("horse") })
    }

    private func texts(of value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return [String(describing: value), String(reflecting: value), "\(value)", dumped]
    }
}
