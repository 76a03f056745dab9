/// What a Keycloak realm knows of a user and Tykva does not take over.
package struct KeycloakOmission: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable, Comparable {
        /// One-time passwords, security keys and recovery codes.
        case secondFactors = "second_factors"
        /// What a user shall do at the next sign-in.
        case requiredActions = "required_actions"
        /// Links to other identity providers.
        case identityProviders = "identity_providers"
        /// Users of LDAP or another user storage: their passwords are there.
        case userFederation = "user_federation"
        case clientRoles = "client_roles"
        case consents
        /// Attributes that nobody has defined here.
        case attributes
        /// Roles and groups whose names are none here, for a space or a comma.
        case roles
        case groups

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package let kind: Kind
    /// Which attribute, role or group; nil where that does not matter.
    package let name: String?

    init(_ kind: Kind, _ name: String? = nil) {
        self.kind = kind
        self.name = name
    }
}
