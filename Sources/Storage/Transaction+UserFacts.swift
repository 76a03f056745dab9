package import OAuth

extension Transaction {
    /// What may be told of a user; nil when they are gone.
    package func facts(of user: UserID) throws(StorageError) -> UserFacts? {
        guard let account = try run(.account(user)) else { return nil }
        return UserFacts(account, try run(.attributes(of: user)))
    }
}

extension UserFacts {
    /// Leaves out what is `secret`, and has what is public as access tokens have it.
    package init(_ account: Account, _ attributes: [AccountAttribute]) {
        self.init(
            id: account.id, name: account.name, displayName: account.displayName, email: account.email,
            isEmailVerified: account.emailVerifiedAt != nil, publicClaims: account.claims,
            personal: attributes.filter { $0.definition.class == .personal }.map {
                PublicClaims.Member(name: $0.definition.name.text, json: $0.json)
            })
    }
}
