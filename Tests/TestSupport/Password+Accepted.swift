package import Secrets

extension PasswordRules {
    /// Without lists and names: what is left are bounds, rows and repetitions.
    package static func plain(minimum: PasswordMinimum = .standard) -> PasswordRules {
        PasswordRules(minimum: minimum, common: .none, serviceNames: [], leaked: nil)
    }
}

extension PasswordOwner {
    package static let nobody = PasswordOwner(userName: "", email: nil, displayName: nil)
}

extension Password {
    package static func accepted(_ text: String) async throws -> Password {
        try await PasswordRules.plain().accept(text, for: .nobody)
    }
}
