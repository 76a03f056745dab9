package import OAuth
package import Storage

/// Adds users from elsewhere, a batch a transaction, with the events of `user add`.
package struct UserImport: Sendable {
    private let database: any Database
    private let claimLimit: ClaimLimit

    package init(_ database: any Database, claimLimit: ClaimLimit) {
        self.database = database
        self.claimLimit = claimLimit
    }

    /// The attributes that a user may have.
    package func definitions() async throws -> [AttributeDefinition] {
        try await AttributeAdministration(database).list()
    }

    /// Adds those of a batch who can be added; the others are left out.
    ///
    /// - Returns: Why each was refused, in their order; nil for who is in.
    package func add(_ users: [NewUser], at now: Milliseconds) async throws -> [InvalidValue?] {
        guard !users.isEmpty else { return [] }
        let new = users.map { (id: UserID.random(), user: $0) }
        return try await database.administer { [claimLimit] tx throws(StorageError) in
            let writes = try UserWrites(tx, claimLimit, now: now)
            return try new.map { new throws(StorageError) -> InvalidValue? in
                switch try writes.add(new.user, id: new.id) {
                case .success: nil
                case .failure(let refusal): refusal
                }
            }
        }
    }

    /// What `add` would say, with nothing written.
    package func check(_ users: [NewUser], at now: Milliseconds) async throws -> [InvalidValue?] {
        guard !users.isEmpty else { return [] }
        return try await database.read { [claimLimit] tx throws(StorageError) in
            let writes = try UserWrites(tx, claimLimit, now: now)
            return try users.map { user throws(StorageError) in try writes.refusal(of: user) }
        }
    }
}
