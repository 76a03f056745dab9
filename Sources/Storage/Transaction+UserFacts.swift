package import OAuth

extension Transaction {
    /// What may be told of a user; nil when they are gone.
    package func facts(of user: UserID) throws(StorageError) -> UserFacts? {
        guard let account = try run(.account(user)) else { return nil }
        let personal = try run(.attributes(of: user)).filter { $0.definition.class == .personal }
        return UserFacts(
            id: user, name: account.name, displayName: account.displayName, email: account.email,
            isEmailVerified: account.emailVerifiedAt != nil, publicClaims: account.claims,
            personal: personal.map { PublicClaims.Member(name: $0.definition.name.text, json: $0.json) })
    }
}
