import Hummingbird
import OAuth
import Secrets
import Storage

/// Who is signed in in a browser: its cookie, and the session that it opens (docs/sessions.md).
struct BrowserSessions: Sendable {
    let database: any Database
    let issuer: Issuer
    let lifetimes: ServerConfiguration.Lifetimes

    /// The session of a request's cookie; its last use is noted once a minute.
    func session(
        of request: Request, from origin: RequestOrigin, at now: Milliseconds
    ) async throws(StorageError) -> BrowserSession? {
        guard let cookie = BrowserCookie.session.value(in: request.headers) else { return nil }
        guard let session = try await session(of: cookie, at: now) else { return nil }
        guard now >= session.seenAt + Limits.sessionTouch else { return session }
        let idle = min(now + lifetimes.browserIdle, session.expiresAt)
        _ = try await database.once(.touch(session.id, by: origin.holder, idleExpiresAt: idle, at: now))
        return session
    }

    /// Begins a session, or goes on in the one that the same person has in this browser.
    ///
    /// - Parameters:
    ///   - user: Whose password was checked.
    ///   - device: The browser's device cookie, perhaps a new one.
    /// - Returns: Nil when the user is disabled or removed by now, or has another password.
    func signIn(
        _ user: CheckedUser, replacing former: BrowserSession?, for client: ClientID?, on device: OneTimeValue,
        in language: PageLanguage, from origin: RequestOrigin, at now: Milliseconds
    ) async throws(StorageError) -> SignedIn? {
        let cookie = OneTimeValue.random()
        let new = NewBrowserSession(
            user: user.record.id, cookie: cookie.hash, authentication: .init(time: now, methods: ["pwd"]),
            createdAt: now,
            idleExpiresAt: now + lifetimes.browserIdle, expiresAt: now + lifetimes.browserAbsolute,
            holder: origin.holder, device: device.hash, language: language.rawValue)
        let event = Event(
            at: now, type: .signInSucceeded, user: user.record.id, client: client, holder: origin.holder,
            requestID: origin.requestID)
        // One transaction for all: each more costs a sign-in a way to another thread and back.
        return try await database.writeAgain { tx throws(StorageError) -> SignedIn? in
            try tx.mustBelong(to: issuer)
            let id = try tx.signIn(
                new, replacing: former?.id, checked: user.record.passwordHash, forgetting: user.pastGuesses, event)
            guard id != nil, let session = try tx.run(.browserSession(cookie: cookie.hash, at: now)) else { return nil }
            return SignedIn(session: session, cookie: cookie, alarms: try Self.alarms(of: session.user, tx, at: now))
        }
    }

    private static func alarms(
        of user: UserID, _ tx: any Transaction, at now: Milliseconds
    ) throws(StorageError) -> [Notice] {
        do throws(StorageError) {
            return try tx.run(
                .notices(
                    of: user, unread: PersonMessageKind.alarms, since: now - Limits.newsMemory, limit: Limits.shownNews)
            )
        } catch .corrupt {
            // A row that cannot be read keeps nobody out.
            return []
        }
    }

    struct SignedIn: Sendable {
        let session: BrowserSession
        /// The new one of the session.
        let cookie: OneTimeValue
        /// Of the last 30 days, which the person has neither answered nor seen on a page, the latest first.
        let alarms: [Notice]
    }

    /// - Returns: False when it was over already.
    @discardableResult
    func signOut(
        _ session: BrowserSession, from origin: RequestOrigin, at now: Milliseconds
    ) async throws(StorageError) -> Bool {
        let event = Event(
            at: now, type: .signedOut, user: session.user, session: session.id, holder: origin.holder,
            requestID: origin.requestID)
        return try await database.writeAgain { tx throws(StorageError) in
            try tx.signOut(session.id, at: now, event)
        }
    }

    private func session(
        of cookie: OneTimeValue, at now: Milliseconds
    ) async throws(StorageError) -> BrowserSession? {
        try await database.read { tx throws(StorageError) in
            try tx.run(.browserSession(cookie: cookie.hash, at: now))
        }
    }
}
