import OAuth

/// The lists of a client's registration as an operator gives them; nil leaves one as it is.
package struct ClientLists: Sendable {
    package var redirectURIs: [String]?
    package var postLogoutRedirectURIs: [String]?
    package var audiences: [String]?
    package var resourceServers: [String]?
    package var scopes: [String]?
    package var claims: [String]?

    package init(
        redirectURIs: [String]? = nil, postLogoutRedirectURIs: [String]? = nil, audiences: [String]? = nil,
        resourceServers: [String]? = nil, scopes: [String]? = nil, claims: [String]? = nil
    ) {
        self.redirectURIs = redirectURIs
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.audiences = audiences
        self.resourceServers = resourceServers
        self.scopes = scopes
        self.claims = claims
    }

    /// Claims are not among them: they are checked against the definitions, inside the transaction.
    func apply(to client: inout Client) throws(InvalidValue) {
        if let redirectURIs { client.redirectURIs = try Self.uris(redirectURIs) }
        if let postLogoutRedirectURIs { client.postLogoutRedirectURIs = try Self.uris(postLogoutRedirectURIs) }
        if let audiences { client.audiences = try Self.services(audiences, "audience") }
        if let resourceServers { client.resourceServers = try Self.services(resourceServers, "resource server") }
        // One option may hold a whole scope, as OAuth writes it.
        if let scopes = scopes.map({ $0.flatMap { $0.split(separator: " ").map(String.init) } }) {
            guard scopes.allSatisfy(Scope.isToken), let scope = Scope(tokens: scopes) else {
                throw InvalidValue(
                    "scope",
                    "each is a word of printable ASCII without spaces, \" and \\, \(Scope.maximumBytes) bytes together")
            }
            client.scope = scope
        }
    }

    private static func uris(_ texts: [String]) throws(InvalidValue) -> [RegisteredRedirectURI] {
        var uris: [RegisteredRedirectURI] = []
        for text in texts {
            let uri = try RegisteredRedirectURI(text)
            if !uris.contains(uri) { uris.append(uri) }
        }
        return uris
    }

    private static func services(_ texts: [String], _ what: String) throws(InvalidValue) -> [ServiceIdentifier] {
        var services: [ServiceIdentifier] = []
        for text in texts {
            guard let service = ServiceIdentifier(text) else {
                throw InvalidValue(
                    "\(what) \(text.prefix(80))",
                    "it must be an absolute URI without a fragment, of at most \(ServiceIdentifier.maximumBytes) bytes")
            }
            if !services.contains(service) { services.append(service) }
        }
        return services
    }
}
