package import OAuth
package import Storage
package import StrictFormats

/// All that is known of a user, as it stands or as it shall stand after a change.
///
/// What access tokens may carry of it is computed here and nowhere else, before anything is written.
package struct AccountProfile: Sendable {
    package let account: Account
    package let roles: [RoleName]
    package let attributes: [Attribute]

    /// A value of a user's attribute.
    package struct Attribute: Hashable, Sendable {
        package let definition: AttributeDefinition
        package let value: JSONValue
    }
}

extension AccountProfile {
    /// - Throws: `corrupt` when a stored value is no JSON.
    init?(_ account: Account?, in transaction: any Transaction) throws(StorageError) {
        guard let account else { return nil }
        self.account = account
        roles = try transaction.run(.roles(of: account.id))
        var attributes: [Attribute] = []
        for stored in try transaction.run(.attributes(of: account.id)) {
            attributes.append(Attribute(definition: stored.definition, value: try Self.value(stored)))
        }
        self.attributes = attributes
    }

    private static func value(_ stored: AccountAttribute) throws(StorageError) -> JSONValue {
        do {
            return try JSONValue(parsing: stored.json, limits: AttributeLimits.json)
        } catch {
            throw .corrupt(reason: "the attribute \(stored.definition.name) of a user holds no JSON value")
        }
    }
}
