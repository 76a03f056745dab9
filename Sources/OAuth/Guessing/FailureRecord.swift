/// Wrong guesses, of whatever they are counted for, as the last of them left them.
package struct FailureRecord: Hashable, Sendable {
    /// How many counted when the last one was made, with it.
    package let failures: Int64
    package let lastFailedAt: Milliseconds
    /// From then on none of them counts.
    package let expiresAt: Milliseconds

    package init(failures: Int64, lastFailedAt: Milliseconds, expiresAt: Milliseconds) {
        self.failures = failures
        self.lastFailedAt = lastFailedAt
        self.expiresAt = expiresAt
    }
}
