import OAuth

/// What is asked for is not looked at before a pause is over: there were too many wrong guesses. It is answered by 429.
struct GuessRefusal: Error, Hashable, CustomStringConvertible {
    let kind: GuessKind
    /// Whole seconds, rounded up; at least one.
    let retryAfterSeconds: Int64

    init(_ kind: GuessKind, until: Milliseconds, at now: Milliseconds) {
        self.kind = kind
        retryAfterSeconds = Self.seconds(until.since(now))
    }

    /// What `Retry-After` says of a wait.
    static func seconds(_ milliseconds: Int64) -> Int64 {
        max(1, milliseconds / 1000 + (milliseconds % 1000 > 0 ? 1 : 0))
    }

    /// For the log.
    var description: String { "too many wrong guesses, counted for \(kind.rawValue); \(retryAfterSeconds) s to wait" }
}
