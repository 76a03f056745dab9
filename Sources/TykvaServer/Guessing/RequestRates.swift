import OAuth
import Synchronization

/// How often a network asks, by a leaky bucket each (GCRA): so many requests a second, and ten seconds' worth at once.
///
/// In memory, a node for itself: it is about this node's work.
final class RequestRates: Sendable {
    static let bounds = 1...100_000
    private static let burst: Int64 = 10_000_000

    /// Between two requests, in microseconds.
    private let interval: Int64
    private let unlimited: UnlimitedNetworks
    private let clock: DeploymentClock
    private let counts = RefusalCounts()
    /// When the bucket of a network is empty again, in microseconds of the monotonic clock.
    private let emptyAt = Mutex<[[UInt8]: Int64]>([:])

    init(perSecond: Int, unlimited: UnlimitedNetworks, clock: DeploymentClock) {
        interval = max(1, 1_000_000 / Int64(perSecond))
        self.unlimited = unlimited
        self.clock = clock
    }

    /// - Returns: The seconds to wait; nil when a request may pass, which counts it.
    func take(from address: NetworkAddress) -> Int64? {
        guard !unlimited.contains(address) else { return nil }
        let now = clock.monotonicNow() * 1000
        let wait: Int64? = emptyAt.withLock { emptyAt in
            let next = max(emptyAt[address.network] ?? now, now) + interval
            guard next - now <= Self.burst else { return next - now - Self.burst }
            if emptyAt.count >= Limits.ratedNetworks, emptyAt[address.network] == nil {
                Self.makeRoom(in: &emptyAt, at: now)
            }
            emptyAt[address.network] = next
            return nil
        }
        guard let wait else { return nil }
        counts.countRate()
        return GuessRefusal.seconds((wait + 999) / 1000)
    }

    /// Forgets the networks that have been quiet, and some of the others when there are none.
    private static func makeRoom(in emptyAt: inout [[UInt8]: Int64], at now: Int64) {
        emptyAt = emptyAt.filter { $0.value > now }
        guard emptyAt.count >= Limits.ratedNetworks else { return }
        for network in Array(emptyAt.keys.prefix(Limits.ratedNetworks / 8)) { emptyAt[network] = nil }
    }
}
