import StrictFormats

/// The `claims` parameter (OIDC Core §5.5): single claims asked for by name, for the ID token and for UserInfo.
package struct ClaimsRequest: Hashable, Sendable {
    package static let nothing = ClaimsRequest(idToken: [], userInfo: [], expectedSubject: nil)
    package static let maximumNames = 32
    private static let limits = JSONLimits(bytes: 4096, depth: 6, members: 64)
    package let idToken: [AttributeName]
    package let userInfo: [AttributeName]
    /// `sub` with a value: this person, or nobody.
    package let expectedSubject: String?

    private init(idToken: [AttributeName], userInfo: [AttributeName], expectedSubject: String?) {
        self.idToken = idToken
        self.userInfo = userInfo
        self.expectedSubject = expectedSubject
    }

    /// Unknown members and claims that the client may not have are passed over, as §5.5 says.
    ///
    /// - Throws: `invalid_request` when it is not what §5.5 describes; `unmet_authentication_requirements` when an
    ///   essential `acr` asks for what there is not (§5.5.1.1).
    package init(_ text: String?, client: Client) throws(OAuthError) {
        guard let text else {
            self = .nothing
            return
        }
        guard let value = try? JSONValue(parsing: Array(text.utf8), limits: Self.limits),
            case .object(let members) = value
        else { throw .invalidRequest("claims is not a JSON object") }
        var subject: String?
        func names(_ member: String) throws(OAuthError) -> [AttributeName] {
            guard let value = members[member] else { return [] }
            guard let wanted = value.objectValue else {
                throw .invalidRequest("a member of claims is not a JSON object")
            }
            guard wanted.count <= Self.maximumNames else { throw .invalidRequest("claims asks for too many") }
            try Self.checkEssentialContext(wanted["acr"])
            if let sub = wanted["sub"]?.objectValue?["value"]?.stringValue { subject = sub }
            return wanted.names.compactMap(AttributeName.init).filter { Self.mayHave($0, client) }
        }
        let (idToken, userInfo) = (try names("id_token"), try names("userinfo"))
        self.init(idToken: idToken, userInfo: userInfo, expectedSubject: subject)
    }

    /// The standard scopes that the asked claims belong to.
    package var scopes: [String] {
        var scopes: [String] = []
        for name in idToken + userInfo {
            if let scope = StandardScope.of(name), !scopes.contains(scope.rawValue) { scopes.append(scope.rawValue) }
        }
        return scopes
    }

    /// Whether a client may ask for a claim by name: one of a standard scope that it is registered for, which people
    /// consent to by that scope; or one that its tokens carry anyway. No other attribute can be had so.
    package static func mayHave(_ name: AttributeName, _ client: Client) -> Bool {
        guard !AttributeName.reserved.contains(name.text) else { return false }
        if client.claims.attributes.contains(name) { return true }
        return StandardScope.of(name).map { client.scope.contains($0.rawValue) } ?? false
    }

    private static func checkEssentialContext(_ value: JSONValue?) throws(OAuthError) {
        guard let acr = value?.objectValue, acr["essential"]?.boolValue == true else { return }
        let wanted = acr["values"]?.stringArrayValue ?? acr["value"]?.stringValue.map { [$0] } ?? []
        guard wanted.isEmpty || wanted.contains(AuthenticationContext.password) else {
            throw .unmetAuthenticationRequirements
        }
    }
}
