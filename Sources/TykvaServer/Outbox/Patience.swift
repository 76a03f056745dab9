import Mail
import OAuth

/// How long a message is tried.
enum Patience: Sendable {
    private static let day = Duration.days(1)
    /// The receiver will not take it, whenever it comes.
    case none
    case aDay
    /// It waits for the operator, who has to change something.
    case untilChanged

    init(_ error: any Error) {
        switch (error as? MailError)?.outcome {
        case .permanent: self = .none
        case .misconfigured: self = .untilChanged
        case nil, .temporary, .unknown, .cancelled: self = error is LetterRefusal ? .none : .aDay
        }
    }

    func lasts(since created: Milliseconds, until next: Milliseconds) -> Bool {
        switch self {
        case .none: false
        case .aDay: next < created + Self.day
        case .untilChanged: true
        }
    }
}
