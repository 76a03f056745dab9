package import OAuth
package import Secrets
package import StrictFormats

/// A user to be added.
package struct NewUser: Sendable {
    package static let maximumDisplayNameBytes = 256
    package let name: UserName
    package var displayName: String?
    package var email: EmailAddress?
    package var roles: [RoleName]
    /// Names and values as an operator gave them; they are checked against the definitions when the user is added.
    package var attributes: [(name: String, value: JSONValue)]
    /// Nil for a user who cannot sign in by password yet.
    package var passwordHash: PasswordHash?

    package init(
        name: UserName, displayName: String? = nil, email: EmailAddress? = nil, roles: [RoleName] = [],
        attributes: [(name: String, value: JSONValue)] = [], passwordHash: PasswordHash? = nil
    ) {
        self.name = name
        self.displayName = displayName
        self.email = email
        self.roles = roles
        self.attributes = attributes
        self.passwordHash = passwordHash
    }
}
