import Logging
import OAuth
import ServiceLifecycle
import Storage

/// Requests for a new password, looked at one after another, after they were answered: so an answer takes no longer
/// where there is an account.
///
/// An account is written to at most once in ten minutes and, after five times in a day, once in four hours, whoever
/// asks. Not never: a stranger would use it up, and with it the owner's way out of a lockout.
struct PasswordResetRequests: Service {
    private static let waiting = 1024
    private static let pause = Duration.minutes(10)
    private static let freelyADay = 5
    private static let laterPause = Duration.hours(4)

    private struct Wish: Sendable {
        let name: String
        let origin: RequestOrigin
        let at: Milliseconds
    }

    private let database: any Database
    private let logger: Logger
    private let wishes: AsyncStream<Wish>
    private let continuation: AsyncStream<Wish>.Continuation

    init(_ database: any Database, logger: Logger) {
        self.database = database
        self.logger = logger
        (wishes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.waiting))
    }

    /// Whoever asks is answered before it is known whom this concerns; what is too much is passed over.
    func note(_ name: String, from origin: RequestOrigin, at now: Milliseconds) {
        if case .dropped = continuation.yield(Wish(name: name, origin: origin, at: now)) {
            logger.warning("a request for a new password was passed over: too many are waiting")
        }
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            for await wish in wishes {
                do throws(StorageError) {
                    try await grant(wish)
                } catch {
                    logger.warning("a request for a new password was lost", metadata: ["error": "\(error)"])
                }
            }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }

    private func grant(_ wish: Wish) async throws(StorageError) {
        guard let name = try? UserName(wish.name) else { return }
        try await database.writeAgain { tx throws(StorageError) in
            guard let user = try tx.run(.signIn(name: name)), !user.isDisabled else { return }
            let today = try tx.requests(of: user.id, since: wish.at - .days(1), limit: Self.freelyADay)
            if today >= Self.freelyADay {
                guard try tx.requests(of: user.id, since: wish.at - Self.laterPause, limit: 1) == 0 else { return }
            }
            let period = wish.at.value / Self.pause.wholeMilliseconds
            try tx.recordOnceAndTell(
                Event(
                    at: wish.at, type: .passwordResetRequested, user: user.id, holder: wish.origin.holder,
                    requestID: wish.origin.requestID, onceKey: "reset \(user.id) \(period)"),
                .resetRequested, to: user.id)
        }
    }
}

extension Transaction {
    fileprivate func requests(of user: UserID, since: Milliseconds, limit: Int) throws(StorageError) -> Int {
        try run(.events(.passwordResetRequested, of: user, since: since, limit: limit))
    }
}
