import Metrics
package import OAuth
package import Secrets
package import Storage

/// Whose password it is: an unknown user and a wrong password look alike, in words and in time.
package struct PasswordCheck: Sendable {
    private let database: any Database
    private let hasher: PasswordHasher
    private let events: EventRecorder
    private let succeeded = Counter(label: "tykva_sign_ins_total", dimensions: [("result", "succeeded")])
    private let failed = Counter(label: "tykva_sign_ins_total", dimensions: [("result", "failed")])

    package init(_ database: any Database, hasher: PasswordHasher, events: EventRecorder) {
        self.database = database
        self.hasher = hasher
        self.events = events
    }

    /// A sign-in counts once its session is begun.
    package func countSuccess() { succeeded.increment() }

    /// The user whose password it is. The same work is done whether or not there is one.
    ///
    /// - Parameter client: For whom it is; nil for a sign-in at our own pages.
    /// - Throws: `invalid_grant` when the pair is wrong; `PasswordHasherError` when too many are waiting.
    package func user(
        named name: String, password: String, client: ClientID?, from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> SignInRecord {
        let record: SignInRecord? =
            if let name = try? UserName(name) {
                try await database.read { tx throws(StorageError) in try tx.run(.signIn(name: name)) }
            } else {
                nil
            }
        guard let (record, _) = try await checked(record, password, client: client, from: origin, at: now) else {
            throw Self.refusal(record == nil ? "unknown user" : "wrong password or disabled user")
        }
        return record
    }

    /// The stored hash of somebody who is signed in and gives their password again; nil when it is the wrong one, which
    /// counts and is told as at the sign-in.
    func storedHash(
        of user: UserID, matching password: String, from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> String? {
        let record = try await database.read { tx throws(StorageError) in try tx.run(.signIn(user: user)) }
        return try await checked(record, password, client: nil, from: origin, at: now)?.stored
    }

    private func checked(
        _ record: SignInRecord?, _ password: String, client: ClientID?, from origin: RequestOrigin,
        at now: Milliseconds
    ) async throws -> (record: SignInRecord, stored: String)? {
        let stored = record?.passwordHash.map(PasswordHash.init(stored:))
        let presented = PresentedPassword(password)
        let verdict = try await hasher.verify(presented, against: stored)
        guard case .match(let needsRehash) = verdict, let record, let stored, !record.isDisabled else {
            failed.increment()
            noteFailure(of: record?.id, client: client, from: origin, at: now)
            return nil
        }
        guard needsRehash, let new = await rehash(presented, stored, of: record.id) else {
            return (record, stored.stored)
        }
        return (record.with(passwordHash: new), new)
    }

    /// Stores the password under today's parameters; when that fails, the next sign-in tries again.
    ///
    /// - Returns: The hash that is stored now; nil when it is still the old one, or another password's.
    private func rehash(_ password: PresentedPassword, _ old: PasswordHash, of user: UserID) async -> String? {
        guard let new = try? await hasher.rehash(password) else { return nil }
        let isStored = try? await database.once(.upgradePasswordHash(from: old.stored, to: new.stored, of: user))
        return isStored == true ? new.stored : nil
    }

    /// One event a user and hour: a stranger must not be able to fill the log.
    private func noteFailure(of user: UserID?, client: ClientID?, from origin: RequestOrigin, at now: Milliseconds) {
        guard let user else { return }
        events.note(
            Event(
                at: now, type: .signInFailed, user: user, client: client, holder: origin.holder,
                requestID: origin.requestID, onceKey: "sign-in-failed \(user) \(now.seconds / 3600)"))
    }

    package static func refusal(_ reason: String) -> OAuthError {
        .invalidGrant("user name or password is wrong", reason: reason)
    }
}
