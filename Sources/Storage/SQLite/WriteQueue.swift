import DequeModule
import Synchronization

/// The writes that wait for a commit, in the order in which they came, and whether somebody works them off.
final class WriteQueue: Sendable {
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var waiting: Deque<PendingWrite> = []
        var isDraining = false
        var isClosed = false
        var whenIdle: [@Sendable () -> Void] = []
        var statistics = SQLiteStatistics()
    }

    init(limit: Int) {
        self.limit = limit
    }

    var statistics: SQLiteStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.waiting = state.waiting.count
            return statistics
        }
    }

    /// Takes a write, or says why not.
    ///
    /// - Returns: Whether the caller must start the drain.
    func add(_ write: PendingWrite) -> Result<Bool, StorageError> {
        state.withLock { state in
            if state.isClosed { return .failure(.closed) }
            guard state.waiting.count < limit else {
                state.statistics.overloaded += 1
                return .failure(.overloaded(retryAfterSeconds: 1))
            }
            state.waiting.append(write)
            defer { state.isDraining = true }
            return .success(!state.isDraining)
        }
    }

    /// The next write, if there is one.
    func next() -> PendingWrite? {
        state.withLock { $0.waiting.popFirst() }
    }

    /// All that wait now, for one refusal of them all.
    func removeAll() -> Deque<PendingWrite> {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    func note(_ change: (inout SQLiteStatistics) -> Void) {
        state.withLock { change(&$0.statistics) }
    }

    /// Tells whether another batch is to follow; when not, the drain has ended.
    func continues() -> Bool {
        let idle: [@Sendable () -> Void]? = state.withLock { state in
            guard state.waiting.isEmpty else { return nil }
            state.isDraining = false
            defer { state.whenIdle = [] }
            return state.whenIdle
        }
        idle?.forEach { $0() }
        return idle == nil
    }

    /// Takes no more; `action` runs once what was taken has been answered.
    func close(_ action: @escaping @Sendable () -> Void) {
        let isIdle = state.withLock { state in
            state.isClosed = true
            if state.isDraining { state.whenIdle.append(action) }
            return !state.isDraining
        }
        if isIdle { action() }
    }
}
