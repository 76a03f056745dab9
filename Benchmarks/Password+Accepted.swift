import Secrets

extension Password {
    /// By rules without lists and names.
    static func accepted(_ text: String) async throws -> Password {
        let rules = PasswordRules(minimum: .standard, common: .none, serviceNames: [], leaked: nil)
        let owner = PasswordOwner(userName: "", email: nil, displayName: nil)
        return try await rules.accept(text, for: owner)
    }
}
