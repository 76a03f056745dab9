import Foundation
import TykvaVerifier

/// The people who are signed in here, by the cookie of their browser; all are gone when the application ends.
actor BrowserSessions {
    private static let most = 10_000
    private static let lifetimeSeconds = 12 * 3600.0

    private struct Session {
        var signIn: SignIn
        let began: Date
        var refresh: Task<SignIn, any Error>?
    }

    private let now: @Sendable () -> Date
    private var sessions: [String: Session] = [:]

    init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    /// Begins a session under a new cookie, so that a cookie from before the sign-in is worth nothing.
    func begin(_ signIn: SignIn, replacing former: String?) -> String {
        if let former { sessions[former] = nil }
        if sessions.count >= Self.most, let oldest = sessions.min(by: { $0.value.began < $1.value.began }) {
            sessions[oldest.key] = nil
        }
        let cookie = RandomText.make()
        sessions[cookie] = Session(signIn: signIn, began: now())
        return cookie
    }

    func signIn(_ cookie: String?) -> SignIn? {
        guard let cookie, let session = sessions[cookie] else { return nil }
        guard now().timeIntervalSince(session.began) < Self.lifetimeSeconds else {
            sessions[cookie] = nil
            return nil
        }
        return session.signIn
    }

    /// Replaces the tokens of a session, once for all who ask meanwhile: a refresh token is for one use.
    ///
    /// - Returns: The new sign-in, or nil when the session is over, here or at the issuer.
    func refresh(_ cookie: String, by refresh: @escaping @Sendable (SignIn) async throws -> SignIn) async throws
        -> SignIn?
    {
        guard let session = sessions[cookie] else { return nil }
        let task = session.refresh ?? Task { try await refresh(session.signIn) }
        sessions[cookie]?.refresh = task
        do {
            let signIn = try await task.value
            guard sessions[cookie] != nil else { return nil }
            if sessions[cookie]?.refresh == task {
                sessions[cookie]?.signIn = signIn
                sessions[cookie]?.refresh = nil
            }
            return signIn
        } catch CodeFlowError.refused, CodeFlowError.invalid {
            // Nothing to go on with: the session is over there, or the answer is about somebody else.
            sessions[cookie] = nil
            return nil
        } catch {
            if sessions[cookie]?.refresh == task { sessions[cookie]?.refresh = nil }
            throw error
        }
    }

    func end(_ cookie: String?) -> SignIn? {
        cookie.flatMap { sessions.removeValue(forKey: $0) }?.signIn
    }

    /// What the issuer asks for in the back channel.
    func end(_ target: LogoutTarget) {
        sessions = sessions.filter { _, session in
            switch target {
            case .session(let id, _): session.signIn.person.sessionID != id
            case .everySession(let subject): session.signIn.person.subject != subject
            }
        }
    }
}
