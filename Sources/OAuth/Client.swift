/// An application that asks for tokens, as an operator registered it (RFC 6749 §2).
package struct Client: Hashable, Sendable {
    package let id: ClientID
    package var authentication: Authentication
    /// How people are told of it (RFC 7591 §2, `client_name`); nil where they see its id.
    package var displayName: String?
    /// The deployment's own application: only such a one may use the `password` grant, and nobody is asked for consent.
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
    /// Where it wants to hear that somebody signed out; nil when it does not.
    package var backchannelLogoutURI: BackchannelLogoutURI?
    /// Whether its authorization requests must be pushed (RFC 9126 §6, `require_pushed_authorization_requests`).
    package var requiresPushedRequests: Bool
    package var createdAt: Milliseconds

    /// How it proves itself (RFC 6749 §2.1): a public one cannot keep a secret.
    package enum Authentication: Hashable, Sendable {
        case none
        /// By `client_secret_basic` or `client_secret_post`; the store holds the hash.
        case secret(hash: [UInt8])
        /// By `private_key_jwt` (RFC 7523 §2.2).
        case privateKeyJWT(ClientKeys)

        package var isPublic: Bool { self == .none }
    }

    package init(
        id: ClientID, authentication: Authentication, displayName: String? = nil, isFirstParty: Bool = false,
        grants: [GrantType], audiences: [ServiceIdentifier] = [], resourceServers: [ServiceIdentifier] = [],
        scope: Scope = .empty, claims: ClaimPolicy = .nothing, redirectURIs: [RegisteredRedirectURI] = [],
        postLogoutRedirectURIs: [RegisteredRedirectURI] = [], backchannelLogoutURI: BackchannelLogoutURI? = nil,
        requiresPushedRequests: Bool = false, createdAt: Milliseconds
    ) {
        self.id = id
        self.authentication = authentication
        self.displayName = displayName
        self.isFirstParty = isFirstParty
        self.grants = grants
        self.audiences = audiences
        self.resourceServers = resourceServers
        self.scope = scope
        self.claims = claims
        self.redirectURIs = redirectURIs
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.backchannelLogoutURI = backchannelLogoutURI
        self.requiresPushedRequests = requiresPushedRequests
        self.createdAt = createdAt
    }
}
