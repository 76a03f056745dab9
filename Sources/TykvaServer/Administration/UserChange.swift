package import OAuth
package import StrictFormats

/// What shall become different about a user; what is not named stays.
package struct UserChange: Sendable {
    package var displayName: Change<String>
    package var email: Change<EmailAddress>
    /// The address, this or the one that there is, is proved to be theirs, as the operator says.
    package var emailIsVerified: Bool
    /// In which the person is written to, until they sign in on a page of another; nil leaves it.
    package var language: PageLanguage?
    /// What is sent to a new address, if anything.
    package var letter: AddressLetter?
    package var setAttributes: [(name: String, value: JSONValue)]
    package var removedAttributes: [String]
    package var addedRoles: [RoleName]
    package var removedRoles: [RoleName]

    package enum Change<Value: Sendable>: Sendable {
        case keep
        case remove
        case set(Value)
    }

    package init(
        displayName: Change<String> = .keep, email: Change<EmailAddress> = .keep,
        emailIsVerified: Bool = false, language: PageLanguage? = nil, letter: AddressLetter? = nil,
        setAttributes: [(name: String, value: JSONValue)] = [], removedAttributes: [String] = [],
        addedRoles: [RoleName] = [], removedRoles: [RoleName] = []
    ) {
        self.displayName = displayName
        self.email = email
        self.emailIsVerified = emailIsVerified
        self.language = language
        self.letter = letter
        self.setAttributes = setAttributes
        self.removedAttributes = removedAttributes
        self.addedRoles = addedRoles
        self.removedRoles = removedRoles
    }
}
