package import OAuth

/// A client to be registered.
package struct NewClient: Sendable {
    package let id: ClientID
    package var isPublic: Bool
    package var isFirstParty: Bool
    /// How people are told of it; empty or nil for its id.
    package var displayName: String?
    package var grants: [GrantType]
    /// A confidential client with keys gets no secret.
    package var keys: ClientKeys?
    package var backchannelLogoutURI: BackchannelLogoutURI?
    package var requiresPushedRequests: Bool
    package var lists: ClientLists

    package init(
        id: ClientID, isPublic: Bool, isFirstParty: Bool = false, displayName: String? = nil, grants: [GrantType] = [],
        keys: ClientKeys? = nil, backchannelLogoutURI: BackchannelLogoutURI? = nil,
        requiresPushedRequests: Bool = false, lists: ClientLists = ClientLists()
    ) {
        self.id = id
        self.isPublic = isPublic
        self.isFirstParty = isFirstParty
        self.displayName = displayName
        self.grants = grants
        self.keys = keys
        self.backchannelLogoutURI = backchannelLogoutURI
        self.requiresPushedRequests = requiresPushedRequests
        self.lists = lists
    }
}
