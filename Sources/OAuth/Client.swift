/// An application that asks for tokens, as an operator registered it (RFC 6749 §2).
package struct Client: Hashable, Sendable {
    package let id: ClientID
    package var authentication: Authentication
    /// The deployment's own application: only such a one may use the `password` grant.
    package var isFirstParty: Bool
    package var grants: [GrantType]
    /// Services it may ask tokens for; the first is the default.
    package var audiences: [ServiceIdentifier]
    /// The services that it is itself, whose tokens it may introspect.
    package var resourceServers: [ServiceIdentifier]
    package var scope: Scope
    package var claims: ClaimPolicy
    package var redirectURIs: [RegisteredRedirectURI]
    package var postLogoutRedirectURIs: [RegisteredRedirectURI]
    package var createdAt: Milliseconds

    /// How it proves itself (RFC 6749 §2.1): a public one cannot keep a secret.
    package enum Authentication: Hashable, Sendable {
        case none
        /// By `client_secret_basic` or `client_secret_post`; the store holds the hash.
        case secret(hash: [UInt8])

        package var isPublic: Bool { self == .none }
    }

    package enum Limits {
        package static let entriesPerList = 32
    }

    package init(
        id: ClientID, authentication: Authentication, isFirstParty: Bool = false, grants: [GrantType],
        audiences: [ServiceIdentifier] = [], resourceServers: [ServiceIdentifier] = [], scope: Scope = .empty,
        claims: ClaimPolicy = .nothing, redirectURIs: [RegisteredRedirectURI] = [],
        postLogoutRedirectURIs: [RegisteredRedirectURI] = [], createdAt: Milliseconds
    ) {
        self.id = id
        self.authentication = authentication
        self.isFirstParty = isFirstParty
        self.grants = grants
        self.audiences = audiences
        self.resourceServers = resourceServers
        self.scope = scope
        self.claims = claims
        self.redirectURIs = redirectURIs
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.createdAt = createdAt
    }

    /// Refuses combinations that would be unsafe or could never work; called before a client is written.
    package func check() throws(InvalidValue) {
        func refuse(_ reason: String) -> InvalidValue { InvalidValue("client \(id)", reason) }
        if grants.contains(.password), !isFirstParty {
            throw refuse("the password grant is for first-party clients only: it needs --first-party, or other grants")
        }
        if grants.contains(.clientCredentials), authentication.isPublic {
            throw refuse("a public client has no credentials, so it cannot have the client_credentials grant")
        }
        if grants.contains(.refreshToken), !grants.contains(.password), redirectURIs.isEmpty {
            throw refuse("the refresh_token grant needs another one that begins a session")
        }
        for list in [audiences.count, resourceServers.count, redirectURIs.count, postLogoutRedirectURIs.count]
        where list > Limits.entriesPerList {
            throw refuse("a list may have \(Limits.entriesPerList) entries at most")
        }
    }
}
