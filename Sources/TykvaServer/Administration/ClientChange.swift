package import OAuth

/// What shall become different about a client; nil stays. A list that is given replaces the old one.
package struct ClientChange: Sendable {
    package var isFirstParty: Bool?
    package var grants: [GrantType]?
    package var lists: ClientLists

    package init(isFirstParty: Bool? = nil, grants: [GrantType]? = nil, lists: ClientLists = ClientLists()) {
        self.isFirstParty = isFirstParty
        self.grants = grants
        self.lists = lists
    }

    func apply(to client: inout Client) throws(InvalidValue) {
        if let isFirstParty { client.isFirstParty = isFirstParty }
        if let grants { client.grants = grants }
        try lists.apply(to: &client)
    }
}
