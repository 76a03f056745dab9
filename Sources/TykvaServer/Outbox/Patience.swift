import Mail
import OAuth

/// How long a message is tried.
enum Patience: Sendable {
    private static let day = Duration.days(1)
    /// So many attempts take about as long: a message that waited before, because nothing could be sent, has them too.
    private static let attempts: Int64 = 50
    private static let pauses: [Duration] = [
        .seconds(1), .seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30),
    ]
    /// No message waits for longer than this.
    static let longestPause = Duration.minutes(30)

    /// The receiver will not take it, whenever it comes.
    case none
    case aDay
    /// It waits for the operator, who has to change something.
    case untilChanged

    init(_ error: any Error) {
        switch (error as? MailError)?.outcome {
        case .permanent: self = .none
        case .misconfigured: self = .untilChanged
        case nil, .temporary, .unknown, .cancelled:
            self = error is LetterRefusal || error is WebhookRefusal || error is WebhookGone ? .none : .aDay
        }
    }

    /// How long to wait after an attempt, counted from 1.
    static func pause(after attempt: Int64) -> Duration { pauses[min(max(Int(attempt), 1), pauses.count) - 1] }

    func lasts(since created: Milliseconds, until next: Milliseconds, attempt: Int64) -> Bool {
        switch self {
        case .none: false
        case .aDay: next < created + Self.day || attempt < Self.attempts
        case .untilChanged: true
        }
    }
}
