/// Wrong guesses one after another, of whatever they are counted for.
package struct FailureRecord: Hashable, Sendable {
    /// So long after the last one they are forgotten.
    package static let memory = Duration.hours(24)
    package let failures: Int64
    package let lastFailedAt: Milliseconds

    package init(failures: Int64, lastFailedAt: Milliseconds) {
        self.failures = failures
        self.lastFailedAt = lastFailedAt
    }

    /// How many count still.
    package func counted(at now: Milliseconds) -> Int64 { now < lastFailedAt + Self.memory ? failures : 0 }

    /// The record after more wrong guesses.
    package func adding(_ count: Int64, at now: Milliseconds) -> FailureRecord {
        FailureRecord(failures: counted(at: now) + count, lastFailedAt: now)
    }
}
