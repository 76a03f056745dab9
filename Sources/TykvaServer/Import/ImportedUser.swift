package import Secrets

/// A user as another system has them, read and checked as far as that goes without the store.
package struct ImportedUser: Sendable {
    package let user: NewUser
    /// How their password is hashed; nil without one.
    package let scheme: PasswordScheme?
    /// What is known of them there and does not come along.
    package let omissions: Set<KeycloakOmission>

    init(_ user: NewUser, scheme: PasswordScheme?, omissions: Set<KeycloakOmission> = []) {
        self.user = user
        self.scheme = scheme
        self.omissions = omissions
    }
}
