package import OAuth
package import Storage

/// Reads what an ID token says of a person, where the scope asks for one.
package struct IDTokenSource: Sendable {
    private let database: any Database

    package init(_ database: any Database) { self.database = database }

    /// - Returns: Nil without `openid` in the scope (OIDC Core §3.1.2.1), and for a user who is gone.
    package func contents(
        of user: UserID, scope: Scope, client: Client, requested: [AttributeName] = [], nonce: String? = nil
    ) async throws(StorageError) -> IDTokenContents? {
        guard scope.contains("openid") else { return nil }
        let facts = try await database.read { tx throws(StorageError) in try tx.facts(of: user) }
        return facts.map { facts in
            IDTokenContents(
                nonce: nonce, members: facts.released(scope: scope, to: client, requested: requested))
        }
    }
}
