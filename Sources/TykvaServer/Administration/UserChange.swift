package import OAuth
package import StrictFormats

/// What shall become different about a user; what is not named stays.
package struct UserChange: Sendable {
    package var displayName: Change<String>
    package var email: Change<EmailAddress>
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
        setAttributes: [(name: String, value: JSONValue)] = [], removedAttributes: [String] = [],
        addedRoles: [RoleName] = [], removedRoles: [RoleName] = []
    ) {
        self.displayName = displayName
        self.email = email
        self.setAttributes = setAttributes
        self.removedAttributes = removedAttributes
        self.addedRoles = addedRoles
        self.removedRoles = removedRoles
    }
}
