/// The scopes of OIDC Core §5.4, each with its claims; those that a deployment keeps.
package enum StandardScope: String, CaseIterable, Sendable {
    case profile, email, phone, address

    package var claims: [String] {
        switch self {
        case .profile: ["name", "preferred_username", "birthdate"]
        case .email: ["email", "email_verified"]
        case .phone: ["phone_number"]
        case .address: ["address"]
        }
    }

    package static func of(_ claim: AttributeName) -> Self? {
        allCases.first { $0.claims.contains(claim.text) }
    }
}
