package import OAuth
package import Secrets
package import StrictFormats

/// A user to be added.
package struct NewUser: Sendable {
    package static let maximumDisplayNameBytes = 256
    package let name: UserName
    package var displayName: String?
    package var email: EmailAddress?
    /// Whether the address was proved to be theirs, as another system says: it is theirs alone then.
    package var emailIsVerified: Bool
    package var roles: [RoleName]
    /// Names and values as an operator gave them; they are checked against the definitions when the user is added.
    package var attributes: [(name: String, value: JSONValue)]
    /// Nil for a user who cannot sign in by password yet.
    package var passwordHash: PasswordHash?
    package var isDisabled: Bool
    /// In which the person is written to, until they sign in on a page of another; nil when it is not known.
    package var language: PageLanguage?
    /// What is sent to the address, if anything.
    package var letter: AddressLetter?

    package init(
        name: UserName, displayName: String? = nil, email: EmailAddress? = nil, emailIsVerified: Bool = false,
        roles: [RoleName] = [], attributes: [(name: String, value: JSONValue)] = [],
        passwordHash: PasswordHash? = nil, isDisabled: Bool = false, language: PageLanguage? = nil,
        letter: AddressLetter? = nil
    ) {
        self.name = name
        self.displayName = displayName
        self.email = email
        self.emailIsVerified = emailIsVerified
        self.roles = roles
        self.attributes = attributes
        self.passwordHash = passwordHash
        self.isDisabled = isDisabled
        self.language = language
        self.letter = letter
    }

    /// A display name as it is stored; nil for none.
    package static func displayName(_ text: String?) throws(InvalidValue) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return try Printable.text(text, what: "display name", maximumBytes: maximumDisplayNameBytes)
    }
}
