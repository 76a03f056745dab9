import Synchronization

/// The logout tokens that were received and could still be sent again.
///
/// Only tokens that passed every other check come in, so no stranger can fill it.
final class SeenLogoutTokens: Sendable {
    enum Answer: Equatable {
        case first
        case replayed

        /// There is no room, and forgetting a living token would let it be replayed.
        case full
    }

    /// When the verifier refuses each `jti` by itself, in seconds since 1970.
    private let limits = Mutex<[String: Double]>([:])
    private let capacity: Int

    init(capacity: Int) {
        precondition(capacity > 0, "a receiver that remembers nothing cannot refuse replays")
        self.capacity = capacity
    }

    /// Takes a token in, unless it is there.
    func begin(_ id: String, until limit: Double, now: Double) -> Answer {
        limits.withLock { limits in
            guard limits[id] == nil else { return .replayed }
            if limits.count >= capacity { limits = limits.filter { $0.value > now } }
            guard limits.count < capacity else { return .full }
            limits[id] = limit
            return .first
        }
    }

    /// A token whose work was not done may come again.
    func forget(_ id: String) {
        limits.withLock { $0[id] = nil }
    }
}
