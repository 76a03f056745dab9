import TestSupport
import Testing

@testable import Secrets

@Suite struct PasswordRulesTests {
    @Test(arguments: [
        "oxenbridge 2024", "WITTGENSTEIN!!!!", "ludovica.example", "ludovica@kelpworks.example", "Kelpworks Kelpworks",
        "sign-in.tykvadom", "Tykvadom 2024!!", "Gourd & Gourd 1985", "ludovica oxenbridge tykvadom",
    ])
    func `every name of the account and the service is one of its own words`(_ text: String) async throws {
        let rules = PasswordRules(
            minimum: .standard, common: .none, serviceNames: ["sign-in.tykvadom.example", "Gourd & Gourd"], leaked: nil)
        let owner = PasswordOwner(
            userName: "Wittgenstein", email: "ludovica@kelpworks.example", displayName: "L. Oxenbridge")
        await #expect(throws: PasswordError.ownWords) { try await rules.accept(text, for: owner) }
        // The same is nobody else's word.
        let others = PasswordRules(minimum: .standard, common: .none, serviceNames: [], leaked: nil)
        _ = try await others.accept(text, for: .nobody)
    }

    @Test func `who is known by less is refused less`() async throws {
        let rules = PasswordRules(minimum: .standard, common: .none, serviceNames: [], leaked: nil)
        let owner = PasswordOwner(userName: "anna", email: nil, displayName: nil)
        _ = try await rules.accept("anna oxenbridge", for: owner)
        await #expect(throws: PasswordError.ownWords) { try await rules.accept("anna anna anna!!", for: owner) }
    }
}
