import Dispatch
import Foundation

/// Two long computations run at a time: each may fill much memory.
private let turns = DispatchSemaphore(value: 2)

/// Computes for seconds on a thread of its own that is in no hurry.
///
/// Swift's concurrency has a thread for each processor. A test that computed on one of them would keep all
/// asynchronous tests of the process from going on.
package func onOwnThread<Outcome: Sendable>(
    _ work: @escaping @Sendable () throws -> Outcome
) async throws -> Outcome {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread {
            turns.wait()
            defer { turns.signal() }
            #if os(Linux)
                // There a thread has a priority of its own.
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
            #endif
            continuation.resume(with: Result { try work() })
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
