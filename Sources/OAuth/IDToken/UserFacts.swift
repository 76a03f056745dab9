import StrictFormats

/// What a deployment knows of a person and may tell an application: never a `secret` attribute.
package struct UserFacts: Sendable {
    package let id: UserID
    package let name: String
    package let displayName: String?
    package let email: String?
    package let isEmailVerified: Bool
    /// As access tokens carry them.
    package let publicClaims: PublicClaims
    /// Attributes of the class `personal`: names and their JSON.
    package let personal: [PublicClaims.Member]

    package init(
        id: UserID, name: String, displayName: String?, email: String?, isEmailVerified: Bool,
        publicClaims: PublicClaims, personal: [PublicClaims.Member]
    ) {
        self.id = id
        self.name = name
        self.displayName = displayName
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.publicClaims = publicClaims
        self.personal = personal
    }

    /// The claims of ID tokens and UserInfo (OIDC Core §5.4): those of the granted scopes, of the client's policy, and
    /// those that were asked for by name.
    ///
    /// - Parameter client: As it is registered now: what was taken from it since is not given.
    package func released(
        scope: Scope, to client: Client, requested: [AttributeName]
    ) -> [PublicClaims.Member] {
        let standard = StandardScope.allCases.filter { scope.contains($0.rawValue) }.flatMap(\.claims)
        var members: [PublicClaims.Member] = []
        let asked = requested.filter { ClaimsRequest.mayHave($0, client) }
        for name in standard + asked.map(\.text) + client.claims.attributes.map(\.text) {
            guard !members.contains(where: { $0.name == name }), let json = value(name) else { continue }
            members.append(PublicClaims.Member(name: name, json: json))
        }
        return members
    }

    private func value(_ name: String) -> String? {
        switch name {
        case "name": displayName.map { JSONValue.string($0).encodedString }
        case "preferred_username": JSONValue.string(self.name).encodedString
        case "email": email.map { JSONValue.string($0).encodedString }
        case "email_verified": email.map { _ in isEmailVerified ? "true" : "false" }
        default: (publicClaims.members + personal).first { $0.name == name }?.json
        }
    }
}
