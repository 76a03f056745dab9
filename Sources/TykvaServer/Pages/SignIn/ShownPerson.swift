/// A person as a page names them.
struct ShownPerson: Hashable, Sendable {
    let userName: String
    /// The display name, or the user name when there is none.
    let name: String

    init(userName: String, displayName: String? = nil) {
        self.userName = userName
        name = displayName ?? userName
    }

    var content: PageContent {
        [
            "personName": name, "personUserName": name == userName ? nil : userName,
            "personInitial": String(name.prefix(1)).uppercased(),
        ]
    }
}
