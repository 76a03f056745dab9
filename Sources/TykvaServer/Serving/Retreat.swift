import Synchronization

/// Whether this node is about to end: it answers what comes, and tells whoever asks that it is not ready.
final class Retreat: Sendable {
    private let hasBegun = Atomic<Bool>(false)

    var isUnderWay: Bool { hasBegun.load(ordering: .relaxed) }

    func begin() { hasBegun.store(true, ordering: .relaxed) }
}
