/// Shows a person what is known of them.
struct ProfilePage: Page {
    static let template = PageTemplate.profile
    let account: AccountFrame?
    let email: String?
    let isEmailVerified: Bool
    let roles: [String]
    let groups: [String]

    init(_ frame: AccountFrame, email: String?, isEmailVerified: Bool, roles: [String], groups: [String] = []) {
        account = frame.at(.profile)
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.roles = roles
        self.groups = groups
    }

    func title(_ texts: PageTexts) -> String { texts[.profileTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "displayName": account?.person.name, "signInName": account?.person.userName,
            "email": email, "isEmailVerified": isEmailVerified, "roles": roles, "hasRoles": !roles.isEmpty,
            "groups": groups, "hasGroups": !groups.isEmpty,
        ]
    }
}
