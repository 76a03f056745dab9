import CPostgres
import Dispatch
import Secrets
import Synchronization

/// Asks a server to give a statement up whose connection is about to be thrown away.
///
/// Else a statement that waits for a lock would go on after its caller has been told that nothing came of it.
enum PostgresCancel {
    private static let running = Atomic<Int>(0)
    /// How many may be under way at once in this process; more are not sent.
    private static let limit = 8
    /// How long the caller waits until it is sent. libpq sends it by a connection of its own, and has no deadline.
    private static let patienceMilliseconds = 300
    private static let messageBytes: Int32 = 256

    static func send(_ connection: OpaquePointer) {
        guard running.wrappingAdd(1, ordering: .relaxed).newValue <= limit, let cancel = PQgetCancel(connection) else {
            running.wrappingSubtract(1, ordering: .relaxed)
            return
        }
        nonisolated(unsafe) let request = cancel
        let sent = DispatchSemaphore(value: 0)
        do throws(SystemError) {
            try WorkerThread.start("postgres-cancel", niceness: 0) {
                var message = [CChar](repeating: 0, count: Int(messageBytes))
                PQcancel(request, &message, messageBytes)
                PQfreeCancel(request)
                running.wrappingSubtract(1, ordering: .relaxed)
                sent.signal()
            }
        } catch {
            PQfreeCancel(cancel)
            running.wrappingSubtract(1, ordering: .relaxed)
            return
        }
        _ = sent.wait(timeout: .now() + .milliseconds(patienceMilliseconds))
    }
}
