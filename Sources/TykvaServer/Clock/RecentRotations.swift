package import OAuth
import Synchronization

/// When this process rotated which family, by the monotonic clock: needed only after the wall clock went back far.
///
/// A ring of fixed size; what fell out of it is nobody's memory, and row 6 then judges without it.
package final class RecentRotations: Sendable {
    private struct Entry {
        var family: FamilyKey
        var generation: UInt32
        var at: Int64
    }

    private struct Ring {
        var entries: [Entry] = []
        var next = 0
    }

    private let capacity: Int
    private let ring = Mutex(Ring())

    package init(capacity: Int = Limits.rememberedRotations) { self.capacity = capacity }

    package func note(_ family: FamilyKey, generation: UInt32, at monotonic: Int64) {
        let entry = Entry(family: family, generation: generation, at: monotonic)
        ring.withLock { ring in
            if ring.entries.count < capacity {
                ring.entries.append(entry)
            } else {
                ring.entries[ring.next] = entry
            }
            ring.next = (ring.next + 1) % capacity
        }
    }

    /// Milliseconds since the family came to the generation after `presented`; nil when this process did not do it.
    ///
    /// It walks the ring: it is asked only for a token that lost the blind rotation.
    package func elapsed(_ family: FamilyKey, after presented: UInt32, now monotonic: Int64) -> Int64? {
        guard presented < .max else { return nil }
        return ring.withLock { ring in
            ring.entries.last { $0.family == family && $0.generation == presented + 1 }.map {
                max(0, monotonic - $0.at)
            }
        }
    }
}
