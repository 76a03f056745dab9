import Logging
import OAuth
import Secrets
import ServiceLifecycle
import Storage

/// Wishes for an account, looked at one after another, after they were answered: so an answer takes no longer where
/// there is an account already.
struct RegistrationRequests: Service {
    private static let waiting = 256

    private struct Wish: Sendable {
        let registration: NewRegistration
        let origin: RequestOrigin
    }

    private let database: any Database
    private let bounds: RegistrationBounds
    private let logger: Logger
    private let wishes = LaterWork<Wish>(waiting: Self.waiting)

    init(_ database: any Database, bounds: RegistrationBounds = RegistrationBounds(), logger: Logger) {
        self.database = database
        self.bounds = bounds
        self.logger = logger
    }

    /// Whoever asks is answered before it is known whether they have an account; what is too much is passed over.
    func note(_ registration: NewRegistration, from origin: RequestOrigin) {
        if !wishes.add(Wish(registration: registration, origin: origin)) {
            logger.warning("a registration was passed over: too many are waiting")
        }
    }

    func run() async throws {
        await wishes.run { wish in
            do throws(StorageError) {
                try await grant(wish)
            } catch {
                logger.warning("a registration was lost", metadata: ["error": "\(error)"])
            }
        }
    }

    private func grant(_ wish: Wish) async throws(StorageError) {
        let event = Event(
            at: wish.registration.createdAt, type: .registrationRequested, holder: wish.origin.holder,
            requestID: wish.origin.requestID)
        let outcome = try await database.writeAgain { [bounds] tx throws(StorageError) in
            try tx.ask(for: wish.registration, bounds, told: event)
        }
        switch outcome {
        case .waiting, .hasAccount: break
        case .tooMany: logger.warning("a registration was passed over: too many wait for their link to be followed")
        case .nameTaken, .tooSoon:
            logger.info(
                "a registration was passed over",
                metadata: ["reason": "\(outcome.rawValue)", "request_id": "\(wish.origin.requestID)"])
        }
    }
}
