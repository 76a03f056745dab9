import DequeModule
import Dispatch
import Synchronization

/// Runs reads on a few threads of their own, since they wait for a disk, and knows when the last of them has ended.
final class ReadQueue: Sendable {
    private let threads: Int
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var waiting: Deque<@Sendable () -> Void> = []
        var threads = 0
        /// All that waits or runs.
        var accepted = 0
        var isClosed = false
        var whenIdle: [@Sendable () -> Void] = []
    }

    /// - Parameters:
    ///   - threads: How many reads run at a time: as many as there are connections for them.
    ///   - limit: How many may wait or run.
    init(threads: Int, limit: Int) {
        self.threads = threads
        self.limit = limit
    }

    /// Runs `work` when its turn comes.
    func add(_ work: @escaping @Sendable () -> Void) throws(StorageError) {
        let startsThread = try state.withLock { state throws(StorageError) in
            try admit(&state)
            state.waiting.append(work)
            guard state.threads < threads else { return false }
            state.threads += 1
            return true
        }
        guard startsThread else { return }
        DispatchQueue.global().async { [self] in
            while let work = next() {
                work()
                leave()
            }
        }
    }

    /// Counts something that runs elsewhere, until it leaves.
    func enter() throws(StorageError) {
        try state.withLock { state throws(StorageError) in try admit(&state) }
    }

    func leave() {
        let idle: [@Sendable () -> Void] = state.withLock { state in
            state.accepted -= 1
            guard state.accepted == 0 else { return [] }
            defer { state.whenIdle = [] }
            return state.whenIdle
        }
        idle.forEach { $0() }
    }

    /// Takes no more; `action` runs once what was taken has ended.
    func close(_ action: @escaping @Sendable () -> Void) {
        let isIdle = state.withLock { state in
            state.isClosed = true
            if state.accepted > 0 { state.whenIdle.append(action) }
            return state.accepted == 0
        }
        if isIdle { action() }
    }

    private func admit(_ state: inout State) throws(StorageError) {
        if state.isClosed { throw .closed }
        guard state.accepted < limit else { throw .overloaded(retryAfterSeconds: 1) }
        state.accepted += 1
    }

    /// The next piece of work; without one the thread ends.
    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            if let work = state.waiting.popFirst() { return work }
            state.threads -= 1
            return nil
        }
    }
}
