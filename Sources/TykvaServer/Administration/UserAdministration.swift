package import OAuth
package import Secrets
package import Storage
import StrictFormats

/// What operators do with users; every change records its event in its own transaction.
///
/// Refusals are `InvalidValue` with one sentence, and nothing is written then; trouble of the store is `StorageError`.
package struct UserAdministration: Sendable {
    package static let pageLength: Int64 = 200
    private let database: any Database
    private let claimLimit: ClaimLimit

    package init(_ database: any Database, claimLimit: ClaimLimit = .standard) {
        self.database = database
        self.claimLimit = claimLimit
    }

    /// - Throws: Also when the name is taken.
    package func add(_ user: NewUser, at now: Milliseconds) async throws -> Account {
        var checked = user
        checked.displayName = try NewUser.displayName(user.displayName)
        let new = checked
        let id = UserID.random()
        let outcome = try await database.administer { [claimLimit] tx throws(StorageError) in
            try UserWrites(tx, claimLimit, now: now).add(new, id: id)
        }
        return try outcome.get()
    }

    /// Nil when there is none of this name.
    package func find(_ name: UserName) async throws -> AccountProfile? {
        try await database.read { tx throws(StorageError) in
            try AccountProfile(tx.run(.account(named: name)), in: tx)
        }
    }

    /// Users in the order of their names, a page after the last name of the page before (nil for the first).
    package func page(after last: UserName?, limit: Int64 = pageLength) async throws -> [AccountProfile] {
        try await database.read { tx throws(StorageError) in
            var profiles: [AccountProfile] = []
            for account in try tx.run(.accounts(after: last?.key ?? "", limit: limit)) {
                if let profile = try AccountProfile(account, in: tx) { profiles.append(profile) }
            }
            return profiles
        }
    }

    @discardableResult
    package func change(_ name: UserName, _ change: UserChange, at now: Milliseconds) async throws -> AccountProfile {
        var checked = change
        if case .set(let text) = change.displayName {
            checked.displayName = try NewUser.displayName(text).map { .set($0) } ?? .remove
        }
        let wanted = checked
        let outcome = try await database.administer { [claimLimit] tx throws(StorageError) in
            try UserWrites(tx, claimLimit, now: now).change(name, wanted)
        }
        return try outcome.get()
    }

    package func addRole(_ role: RoleName, to name: UserName, at now: Milliseconds) async throws {
        try await change(name, UserChange(addedRoles: [role]), at: now)
    }

    package func removeRole(_ role: RoleName, from name: UserName, at now: Milliseconds) async throws {
        try await change(name, UserChange(removedRoles: [role]), at: now)
    }

    /// Ends every session of theirs too.
    package func disable(_ name: UserName, at now: Milliseconds) async throws {
        try await withAccount(name) { tx, account throws(StorageError) in
            let event = Event(at: now, type: .userDisabled, user: account.id)
            return try tx.disable(account.id, at: now, event) ? nil : "they are disabled already"
        }
    }

    package func enable(_ name: UserName, at now: Milliseconds) async throws {
        try await withAccount(name) { tx, account throws(StorageError) in
            guard try tx.run(.enable(account.id)) else { return "they are not disabled" }
            try tx.run(.record(Event(at: now, type: .userEnabled, user: account.id)))
            return nil
        }
    }

    /// Removes a user with all of theirs; events keep the id.
    package func remove(_ name: UserName, at now: Milliseconds) async throws {
        try await withAccount(name) { tx, account throws(StorageError) in
            try tx.removeUser(account.id, Event(at: now, type: .userRemoved, user: account.id))
            return nil
        }
    }

    /// Sets a password and ends every session of theirs: whoever knew the old one is signed out.
    ///
    /// - Returns: How many sessions were ended.
    @discardableResult
    package func setPassword(_ hash: PasswordHash, of name: UserName, at now: Milliseconds) async throws -> Int {
        let ended = try await database.administer { tx throws(StorageError) -> Int? in
            guard let account = try tx.run(.account(named: name)) else { return nil }
            try tx.run(.setPasswordHash(hash.stored, of: account.id))
            try tx.removeLinks(of: account.id)
            try tx.forgetDevices(of: account.id)
            try tx.forgetGuesses(of: account)
            let event = Event(at: now, type: .passwordChanged, user: account.id)
            let ended = try tx.endSessions(ofUser: account.id, .passwordChanged, at: now, event).count
            try tx.tell(.passwordChanged, of: event, to: account.id)
            return ended
        }
        guard let ended else { throw InvalidValue.noUser(name) }
        return ended
    }

    /// Whether sign-ins of a user are held up by wrong guesses, whatever they sign in with; nil when there is no such
    /// user.
    package func holdUp(of name: UserName, at now: Milliseconds) async throws -> HoldUp? {
        try await database.read { tx throws(StorageError) in
            guard let account = try tx.run(.account(named: name)) else { return nil }
            return HoldUp(try tx.run(.guesses(of: account, at: now)), at: now)
        }
    }

    /// Forgets every wrong guess at a user's password: nothing holds their sign-ins up then but their network.
    package func unlock(_ name: UserName, at now: Milliseconds) async throws {
        try await withAccount(name) { tx, account throws(StorageError) in
            guard try tx.forgetGuesses(of: account) > 0 else { return "nothing holds their sign-ins up" }
            try tx.run(.record(Event(at: now, type: .lockoutEnded, user: account.id)))
            return nil
        }
    }

    /// Writes to a user who has no password, so that they choose one, which proves their address too.
    package func invite(_ name: UserName, at now: Milliseconds) async throws {
        try await withAccount(name) { tx, account throws(StorageError) in
            guard !account.hasPassword else { return "they have a password already" }
            guard account.disabledAt == nil else { return "they are disabled" }
            guard let email = account.email.flatMap({ try? EmailAddress($0) }) else {
                return "they have no e-mail address"
            }
            try UserWrites(tx, claimLimit, now: now).send(.invitation, to: email, of: account.id)
            return nil
        }
    }

    /// - Parameter body: Says why it refused, having written nothing then; nil when it is done.
    private func withAccount(
        _ name: UserName, _ body: @escaping @Sendable (any Transaction, Account) throws(StorageError) -> String?
    ) async throws {
        let refusal = try await database.administer { tx throws(StorageError) -> InvalidValue? in
            guard let account = try tx.run(.account(named: name)) else { return .noUser(name) }
            return try body(tx, account).map { InvalidValue("user \(name)", $0) }
        }
        if let refusal { throw refusal }
    }
}

extension InvalidValue {
    static func noUser(_ name: UserName) -> InvalidValue { InvalidValue("user \(name)", "there is none of this name") }

    static func nameTaken(_ name: UserName) -> InvalidValue { InvalidValue("user \(name)", "this name is taken") }
}
