import Synchronization

/// Counts the reads that wait or run, so that they are bounded and a store is closed only behind the last of them.
final class ReadGate: Sendable {
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var running = 0
        var isClosed = false
        var whenIdle: [@Sendable () -> Void] = []
    }

    init(limit: Int) {
        self.limit = limit
    }

    /// Lets a read in; each that enters must leave.
    func enter() throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            if state.isClosed { throw .closed }
            guard state.running < limit else { throw .overloaded(retryAfterSeconds: 1) }
            state.running += 1
        }
    }

    func leave() {
        let idle = state.withLock { state in
            state.running -= 1
            guard state.running == 0 else { return [] as [@Sendable () -> Void] }
            defer { state.whenIdle = [] }
            return state.whenIdle
        }
        idle.forEach { $0() }
    }

    /// Lets nobody in any more; `action` runs once the last has left.
    func close(_ action: @escaping @Sendable () -> Void) {
        let isIdle = state.withLock { state in
            state.isClosed = true
            if state.running > 0 { state.whenIdle.append(action) }
            return state.running == 0
        }
        if isIdle { action() }
    }
}
