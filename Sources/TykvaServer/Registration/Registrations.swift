import OAuth
import Secrets
import Storage

/// Makes the account of somebody who has followed the link in the mail.
struct Registrations: Sendable {
    let database: any Database

    enum Outcome: Sendable {
        /// - Parameter query: The authorization request with which the person came; empty when there was none.
        case registered(query: String)
        case linkIsOver
        /// Somebody else has got the name or the address meanwhile.
        case taken
    }

    func find(_ link: TokenHash, at now: Milliseconds) async throws(StorageError) -> OpenRegistration? {
        try await database.read { tx throws(StorageError) in try tx.run(.registration(link: link, at: now)) }
    }

    /// Uses a link up: the account has the address as its name, and proved.
    ///
    /// - Parameter device: Of the cookie of the browser in which it is done, which is known from now on.
    func complete(
        _ link: TokenHash, with hash: PasswordHash, on device: TokenHash, from origin: RequestOrigin,
        at now: Milliseconds
    ) async throws(StorageError) -> Outcome {
        let id = UserID.random()
        return try await database.writeAgain { tx throws(StorageError) -> Outcome in
            guard let open = try tx.takeRegistration(link, at: now) else { return .linkIsOver }
            guard let name = try? UserName(open.email.text) else { return .taken }
            let user = NewUser(
                name: name, displayName: open.displayName, email: open.email, emailIsVerified: true,
                passwordHash: hash, language: PageLanguage(rawValue: open.language))
            let event = Event(
                id: open.id, at: now, type: .userRegistered, user: id, holder: origin.holder,
                requestID: origin.requestID)
            // What people write of themselves here is far below any limit.
            guard case .success(let account) = try UserWrites(tx, .standard, now: now).add(user, id: id, event) else {
                return .taken
            }
            try tx.run(.addDevice(device, of: id, by: origin.holder, at: now))
            // Somebody may have guessed at this name before there was an account.
            try tx.forgetGuesses(of: account)
            return .registered(query: open.query)
        }
    }
}
