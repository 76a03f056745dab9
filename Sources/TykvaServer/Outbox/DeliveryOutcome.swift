import Mail
import Storage

/// What became of an attempt to send a message.
enum DeliveryOutcome: Sendable {
    case delivered
    /// Nothing was tried: it comes again soon, and the attempt does not count.
    case notTried
    /// One sentence for the operator, and how long it is tried on.
    case failed(String, Patience)
    /// The receiver of a webhook is gone for good.
    case gone(String)

    init(_ error: any Error) {
        switch error {
        // The node stops.
        case is CancellationError: self = .notTried
        case let error as MailError
        where error.outcome == .cancelled || error.cause == .busy || error.cause == .stopped:
            self = .notTried
        case let error as StorageError where error.isPassing: self = .notTried
        case is WebhookGone: self = .gone("\(error)")
        default: self = .failed("\(error)", Patience(error))
        }
    }
}

extension StorageError {
    /// Whether the store may answer in a moment: then it says nothing of the message and its receiver.
    fileprivate var isPassing: Bool {
        switch self {
        case .unavailable, .overloaded, .unknownOutcome, .conflict, .locked, .closed: true
        case .constraint, .corrupt, .invalidStatement, .foreignTables, .notADatabase, .schemaTooNew, .schemaTooOld,
            .migrationChanged, .migrationFailed, .moveUnfinished:
            false
        }
    }
}
