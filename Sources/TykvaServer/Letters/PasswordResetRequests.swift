import Logging
import OAuth
import ServiceLifecycle
import Storage

/// Requests for a new password, looked at one after another, after they were answered: so an answer takes no longer
/// where there is an account.
///
/// An account is written to at most once in ten minutes and, after five times in a day, once in half an hour, whoever
/// asks: 51 times in a day at most, then 48. What is passed over costs its owner nothing: the last mail's link is good
/// still, and a new one can be had when it is over. Else a stranger would use up the owner's way out of a lockout.
struct PasswordResetRequests: Service {
    private static let waiting = 1024
    private static let pause = Duration.minutes(10)
    private static let freelyADay = 5
    /// As long as a link lives, and no longer.
    private static let laterPause = LinkPurpose.resetPassword.lifetime

    private struct Wish: Sendable {
        let name: String
        let origin: RequestOrigin
        let at: Milliseconds
    }

    private let database: any Database
    private let logger: Logger
    private let wishes = LaterWork<Wish>(waiting: Self.waiting)

    init(_ database: any Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Whoever asks is answered before it is known whom this concerns; what is too much is passed over.
    func note(_ name: String, from origin: RequestOrigin, at now: Milliseconds) {
        if !wishes.add(Wish(name: name, origin: origin, at: now)) {
            logger.warning("a request for a new password was passed over: too many are waiting")
        }
    }

    func run() async throws {
        await wishes.run { wish in
            do throws(StorageError) {
                try await grant(wish)
            } catch {
                logger.warning("a request for a new password was lost", metadata: ["error": "\(error)"])
            }
        }
    }

    private func grant(_ wish: Wish) async throws(StorageError) {
        guard let name = try? UserName(wish.name) else { return }
        try await database.writeAgain { tx throws(StorageError) in
            // Locked: of requests on several nodes at once one is the first.
            guard let user = try tx.run(.signIn(name: name)), !user.isDisabled, try tx.run(.lock(user.id)) else {
                return
            }
            let today = try tx.requests(of: user.id, since: wish.at - .days(1), limit: Self.freelyADay)
            let pause = today < Self.freelyADay ? Self.pause : Self.laterPause
            guard try tx.requests(of: user.id, since: wish.at - pause, limit: 1) == 0 else { return }
            try tx.recordAndTell(
                Event(
                    at: wish.at, type: .passwordResetRequested, user: user.id, holder: wish.origin.holder,
                    requestID: wish.origin.requestID),
                .resetRequested, to: user.id)
        }
    }
}

extension Transaction {
    fileprivate func requests(of user: UserID, since: Milliseconds, limit: Int) throws(StorageError) -> Int {
        try run(.events(.passwordResetRequested, of: user, since: since, limit: limit))
    }
}
