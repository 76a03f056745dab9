import OAuth
import Storage
import StrictFormats

/// What access tokens may carry of a user, in the order of the claims (design: only what is public).
struct ClaimSources {
    var name: UserName
    var displayName: String?
    var roles: Set<RoleName>
    var attributes: [AttributeName: AccountProfile.Attribute]

    init(name: UserName, displayName: String?) {
        self.name = name
        self.displayName = displayName
        roles = []
        attributes = [:]
    }

    init(_ profile: AccountProfile, name: UserName) {
        self.name = name
        displayName = profile.account.displayName
        roles = Set(profile.roles)
        attributes = Dictionary(uniqueKeysWithValues: profile.attributes.map { ($0.definition.name, $0) })
    }

    /// - Throws: When they are longer together than the limit, or there are too many attributes.
    func claims(_ limit: ClaimLimit) throws(InvalidValue) -> PublicClaims {
        guard attributes.count <= AttributeLimits.attributesPerUser else {
            throw InvalidValue("attributes", "a user may have \(AttributeLimits.attributesPerUser) at most")
        }
        var values: [(AttributeName, JSONValue)] = []
        func add(_ name: String, _ value: JSONValue) {
            if let name = AttributeName(name) { values.append((name, value)) }
        }
        if let displayName { add("name", .string(displayName)) }
        // An address is personal, also where it serves as a user name.
        if !name.isEmailAddress { add("preferred_username", .string(name.text)) }
        if !roles.isEmpty { add("roles", .array(roles.map(\.text).sorted().map(JSONValue.string))) }
        let own = attributes.values.filter { $0.definition.class == .public }
        for attribute in own.sorted(by: { $0.definition.name.text < $1.definition.name.text }) {
            values.append((attribute.definition.name, attribute.value))
        }
        return try PublicClaims(values, limit: limit)
    }
}
