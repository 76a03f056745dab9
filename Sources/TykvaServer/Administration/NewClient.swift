package import OAuth

/// A client to be registered.
package struct NewClient: Sendable {
    package let id: ClientID
    package var isPublic: Bool
    package var isFirstParty: Bool
    package var grants: [GrantType]
    package var lists: ClientLists

    package init(
        id: ClientID, isPublic: Bool, isFirstParty: Bool = false, grants: [GrantType] = [],
        lists: ClientLists = ClientLists()
    ) {
        self.id = id
        self.isPublic = isPublic
        self.isFirstParty = isFirstParty
        self.grants = grants
        self.lists = lists
    }
}
