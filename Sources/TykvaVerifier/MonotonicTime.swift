/// A clock that no administrator sets, and a way to wait by it.
struct MonotonicTime: Sendable {
    /// Time since some fixed moment.
    let now: @Sendable () -> Duration
    let sleep: @Sendable (Duration) async throws -> Void

    static let system: MonotonicTime = {
        let start = ContinuousClock.now
        return MonotonicTime(
            now: { ContinuousClock.now - start },
            sleep: { try await Task.sleep(for: $0, clock: .continuous) })
    }()
}
