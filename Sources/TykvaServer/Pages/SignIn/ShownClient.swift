import OAuth

/// An application as a page names it.
struct ShownClient: Hashable, Sendable {
    let id: ClientID
    /// Its display name, or its id when it has none.
    let name: String

    init(id: ClientID, displayName: String? = nil) {
        self.id = id
        name = displayName ?? id.text
    }

    /// With the id beside the name, so that two of the same name can be told apart.
    var content: PageContent {
        [
            "clientName": name, "clientID": name == id.text ? nil : id.text,
            "initial": String(name.prefix(1)).uppercased(),
        ]
    }
}
