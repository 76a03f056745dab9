import DequeModule
import Dispatch
import Synchronization

/// What `WorkerThreads` share: the jobs that wait, in order, and the number that run.
final class WorkQueue: Sendable {
    struct Job: Sendable {
        let ticket: UInt64
        /// Does the work, and returns what tells the caller.
        let perform: @Sendable () -> (@Sendable () -> Void)
        let refuse: @Sendable (WorkerThreads.Refusal) -> Void
    }

    private struct State {
        var waiting = Deque<Job>()
        var running = 0
        var isStopped = false
        /// Of a job, in seconds; a moving average.
        var averageDuration = 0.05
    }

    private static let retryAfterBounds = 1...60

    private let threads: Int
    private let maximumWaiting: Int
    private let state = Mutex(State())
    private let wakeUps = DispatchSemaphore(value: 0)

    init(threads: Int, maximumWaiting: Int) {
        self.threads = threads
        self.maximumWaiting = maximumWaiting
    }

    var load: PasswordHasher.Load {
        state.withLock { PasswordHasher.Load(waiting: $0.waiting.count, running: $0.running) }
    }

    /// Takes the job in, or refuses it at once.
    ///
    /// Called in the caller's task. `Task.isCancelled` is set before `cancel` is called, so that a job whose
    /// cancellation found nothing in the queue is noticed here.
    func enqueue(_ job: Job) {
        let refusal: WorkerThreads.Refusal? = state.withLock { state in
            if state.isStopped { return .stopped }
            if Task.isCancelled { return .cancelled }
            guard state.waiting.count + state.running < threads + maximumWaiting else {
                return .full(retryAfterSeconds: retryAfter(state))
            }
            state.waiting.append(job)
            return nil
        }
        if let refusal {
            job.refuse(refusal)
        } else {
            wakeUps.signal()
        }
    }

    /// Removes a job that waits; one that runs is finished.
    func cancel(_ ticket: UInt64) {
        let job = state.withLock { state in
            state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0) }
        }
        job?.refuse(.cancelled)
    }

    func stop() {
        let refused = state.withLock { state in
            state.isStopped = true
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for job in refused { job.refuse(.stopped) }
        for _ in 0..<threads { wakeUps.signal() }
    }

    /// The life of a thread: one job after the other, until `stop`.
    func work() {
        while true {
            wakeUps.wait()
            let job: Job? = state.withLock { state in
                guard let job = state.waiting.popFirst() else { return nil }
                state.running += 1
                return job
            }
            if let job {
                perform(job)
            } else if state.withLock({ $0.isStopped }) {
                return
            }
        }
    }

    private func perform(_ job: Job) {
        let clock = ContinuousClock()
        let start = clock.now
        let tellCaller = job.perform()
        let duration = (clock.now - start) / Duration.seconds(1)
        state.withLock { state in
            state.running -= 1
            state.averageDuration += (duration - state.averageDuration) / 16
        }
        tellCaller()
    }

    /// When the queue of now will have been worked off.
    private func retryAfter(_ state: borrowing State) -> Int {
        let jobs = state.waiting.count + state.running
        let seconds = (Double(jobs) * state.averageDuration / Double(threads)).rounded(.up)
        let bounds = Self.retryAfterBounds
        return Int(min(max(seconds, Double(bounds.lowerBound)), Double(bounds.upperBound)))
    }
}
