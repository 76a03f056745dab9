import Synchronization

/// How many times the store is known to have gone back in time (docs/refresh.md, row 8); re-read when storage changes.
package final class RestoreEpoch: Sendable {
    private let value: Atomic<Int64>

    package init(_ value: Int64) { self.value = Atomic(value) }

    package var current: Int64 { value.load(ordering: .relaxed) }

    package func set(_ new: Int64) { value.store(new, ordering: .relaxed) }
}
