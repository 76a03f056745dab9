import Foundation

/// The sign-ins under way, in memory: a thousand at most, each for an hour at most.
actor PendingSignIns {
    private static let most = 1000
    private static let lifetimeSeconds = 3600.0

    private let now: @Sendable () -> Date
    private var byState: [String: PendingSignIn] = [:]

    init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    func begin(browser: String) -> PendingSignIn {
        if byState.count >= Self.most, let oldest = byState.values.min(by: { $0.began < $1.began }) {
            byState[oldest.state] = nil
        }
        let pending = PendingSignIn(browser: browser, began: now())
        byState[pending.state] = pending
        return pending
    }

    /// The sign-in of this state, once, and only for the browser that began it.
    func take(state: String, browser: String) -> PendingSignIn? {
        guard let pending = byState[state], pending.browser == browser else { return nil }
        byState[state] = nil
        return now().timeIntervalSince(pending.began) < Self.lifetimeSeconds ? pending : nil
    }
}
