import Synchronization

/// Threads of their own for work that takes long and does not wait: off the event loops and off Swift's pool.
///
/// A fixed number works at once and a bounded number waits, first come, first served. The threads run at a lower
/// priority, so that short requests keep their latency while these are all busy. They end when the value is let go.
package final class WorkerThreads: Sendable {
    package enum Refusal: Error, Sendable, Equatable {
        case full(retryAfterSeconds: Int)
        case cancelled
        case stopped
    }

    private let queue: WorkQueue
    private let nextTicket = Atomic<UInt64>(0)

    package init(_ name: String, threads: Int, waitingPerThread: Int, niceness: Int32) throws(SystemError) {
        precondition(threads > 0 && waitingPerThread >= 0)
        let queue = WorkQueue(threads: threads, maximumWaiting: threads * waitingPerThread)
        self.queue = queue
        for _ in 0..<threads {
            do throws(SystemError) {
                try WorkerThread.start(name, niceness: niceness) { queue.work() }
            } catch {
                queue.stop()
                throw error
            }
        }
    }

    deinit {
        queue.stop()
    }

    package var load: PasswordHasher.Load { queue.load }

    /// Refuses what waits and what comes; what runs is finished.
    package func stop() {
        queue.stop()
    }

    /// Runs the work on one of the threads. A caller that is cancelled while it waits leaves the queue.
    ///
    /// - Parameter afterwards: What is done on the same thread when the caller has its answer, before other work.
    package func run<Value: Sendable>(
        _ work: @escaping @Sendable () -> Value, afterwards: (@Sendable () -> Void)? = nil
    ) async throws(Refusal) -> Value {
        let ticket = nextTicket.wrappingAdd(1, ordering: .relaxed).newValue
        let answer: Result<Value, Refusal> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = WorkQueue.Job(ticket: ticket) {
                    let value = work()
                    return {
                        continuation.resume(returning: .success(value))
                        afterwards?()
                    }
                } refuse: {
                    continuation.resume(returning: .failure($0))
                }
                queue.enqueue(job)
            }
        } onCancel: {
            queue.cancel(ticket)
        }
        return try answer.get()
    }
}
