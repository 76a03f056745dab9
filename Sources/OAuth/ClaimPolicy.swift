/// Which of a user's public attributes a client's access tokens carry.
package struct ClaimPolicy: Hashable, Sendable {
    package static let nothing = ClaimPolicy(attributes: [])
    package static let maximumCount = 32
    package let attributes: [AttributeName]

    private init(attributes: [AttributeName]) { self.attributes = attributes }

    /// Refuses what is not public when the policy is written, so that no later step has to remember to.
    ///
    /// - Parameter definitions: Every attribute that is defined.
    /// - Throws: When a name is unknown or its attribute not public, or there are more than 32.
    package init(_ names: [String], definitions: [AttributeDefinition]) throws(InvalidValue) {
        var attributes: [AttributeName] = []
        for name in names {
            guard let definition = definitions.first(where: { $0.name.text == name }) else {
                throw InvalidValue("claim \(name)", "no attribute has this name; define it with `tykva attribute add`")
            }
            guard definition.class == .public else {
                throw InvalidValue(
                    "claim \(name)",
                    "the attribute is \(definition.class.rawValue), and everyone can read an access token"
                )
            }
            if !attributes.contains(definition.name) { attributes.append(definition.name) }
        }
        guard attributes.count <= Self.maximumCount else {
            throw InvalidValue("claims", "a client may have \(Self.maximumCount) at most")
        }
        self.attributes = attributes
    }

    /// A policy read back from the store, which took it through the checks above.
    package init(stored attributes: [AttributeName]) { self.attributes = attributes }

    package func allows(_ name: String) -> Bool { attributes.contains { $0.text == name } }
}
