package import OAuth

/// What shall become different about a client; nil stays. A list that is given replaces the old one.
package struct ClientChange: Sendable {
    package var isFirstParty: Bool?
    package var displayName: UserChange.Change<String>
    package var grants: [GrantType]?
    /// It proves itself by these from now on, and no longer by a secret.
    package var keys: ClientKeys?
    package var backchannelLogoutURI: UserChange.Change<BackchannelLogoutURI>
    package var requiresPushedRequests: Bool?
    package var lists: ClientLists

    package init(
        isFirstParty: Bool? = nil, displayName: UserChange.Change<String> = .keep, grants: [GrantType]? = nil,
        keys: ClientKeys? = nil, backchannelLogoutURI: UserChange.Change<BackchannelLogoutURI> = .keep,
        requiresPushedRequests: Bool? = nil, lists: ClientLists = ClientLists()
    ) {
        self.isFirstParty = isFirstParty
        self.displayName = displayName
        self.grants = grants
        self.keys = keys
        self.backchannelLogoutURI = backchannelLogoutURI
        self.requiresPushedRequests = requiresPushedRequests
        self.lists = lists
    }

    func apply(to client: inout Client) throws(InvalidValue) {
        if let isFirstParty { client.isFirstParty = isFirstParty }
        switch displayName {
        case .keep: break
        case .remove: client.displayName = nil
        case .set(let text): client.displayName = try Client.checkedDisplayName(text)
        }
        if let grants { client.grants = grants }
        if let keys { client.authentication = .privateKeyJWT(keys) }
        switch backchannelLogoutURI {
        case .keep: break
        case .remove: client.backchannelLogoutURI = nil
        case .set(let uri): client.backchannelLogoutURI = uri
        }
        if let requiresPushedRequests { client.requiresPushedRequests = requiresPushedRequests }
        try lists.apply(to: &client)
    }
}
