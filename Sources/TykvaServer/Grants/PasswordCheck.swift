import Metrics
package import OAuth
package import Secrets
package import Storage

/// Whose password it is: an unknown user and a wrong password look alike, in words and in time.
package struct PasswordCheck: Sendable {
    private let database: any Database
    private let hasher: PasswordHasher
    private let events: EventRecorder
    private let guesses: PasswordGuesses
    private let succeeded = Counter(label: "tykva_sign_ins_total", dimensions: [("result", "succeeded")])
    private let failed = Counter(label: "tykva_sign_ins_total", dimensions: [("result", "failed")])

    package init(
        _ database: any Database, hasher: PasswordHasher, events: EventRecorder, guesses: PasswordGuesses
    ) {
        self.database = database
        self.hasher = hasher
        self.events = events
        self.guesses = guesses
    }

    /// A sign-in counts once its session is begun.
    package func countSuccess() { succeeded.increment() }

    /// The user whose password it is. The same work is done whether or not there is one.
    ///
    /// - Parameters:
    ///   - device: Of the browser's cookie, when it came with one: a browser in which they have signed in before.
    ///   - client: For whom it is; nil for a sign-in at our own pages.
    /// - Throws: `invalid_grant` when the pair is wrong; `GuessRefusal` when it is not looked at, because there were
    ///   too many wrong ones; `PasswordHasherError` when too many are waiting.
    package func user(
        named name: String, password: String, on device: TokenHash? = nil, client: ClientID?,
        from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> CheckedUser {
        let subject = PasswordGuesses.Subject.signIn(name: try? UserName(name), device: device)
        let attempt = try await guesses.admit(subject, from: origin.holder.address, at: now)
        guard
            let (record, _, past) = try await checked(attempt, password, client: client, from: origin, at: now)
        else { throw Self.refusal(attempt.record == nil ? "unknown user" : "wrong password or disabled user") }
        return CheckedUser(record: record, pastGuesses: past)
    }

    /// The stored hash of somebody who is signed in and gives their password again; nil when it is the wrong one, which
    /// counts and is told as at the sign-in.
    ///
    /// - Throws: `GuessRefusal` when it is not looked at, because there were too many wrong ones.
    func storedHash(
        of session: BrowserSession, matching password: String, from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> String? {
        let subject = PasswordGuesses.Subject.session(session.id, of: session.user)
        let attempt = try await guesses.admit(subject, from: origin.holder.address, at: now)
        guard let (_, stored, past) = try await checked(attempt, password, client: nil, from: origin, at: now)
        else { return nil }
        for key in past { try await database.once(.forgetGuesses(of: key)) }
        return stored
    }

    private func checked(
        _ attempt: PasswordGuesses.Attempt, _ password: String, client: ClientID?, from origin: RequestOrigin,
        at now: Milliseconds
    ) async throws -> (record: SignInRecord, stored: String, past: [GuessKey])? {
        let record = attempt.record
        let stored = record?.passwordHash.map(PasswordHash.init(stored:))
        let presented = PresentedPassword(password)
        let verdict: PasswordHasher.Verdict
        do {
            verdict = try await hasher.verify(presented, against: stored)
        } catch {
            guesses.dropped(attempt)
            throw error
        }
        guard case .match(let needsRehash) = verdict, let record, let stored, !record.isDisabled else {
            failed.increment()
            noteFailure(of: record?.id, client: client, from: origin, at: now)
            try await guesses.failed(
                attempt, lockout: lockout(of: record?.id, client: client, from: origin, at: now), at: now)
            return nil
        }
        let past = guesses.succeeded(attempt)
        guard needsRehash, let new = await rehash(presented, stored, of: record.id) else {
            return (record, stored.stored, past)
        }
        return (record.with(passwordHash: new), new, past)
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

    /// One event a user and day.
    private func lockout(
        of user: UserID?, client: ClientID?, from origin: RequestOrigin, at now: Milliseconds
    ) -> Event? {
        user.map { user in
            Event(
                at: now, type: .lockout, user: user, client: client, holder: origin.holder,
                requestID: origin.requestID, onceKey: "lockout \(user) \(now.seconds / 86_400)")
        }
    }

    package static func refusal(_ reason: String) -> OAuthError {
        .invalidGrant("user name or password is wrong", reason: reason)
    }
}
