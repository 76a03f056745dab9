import Logging
import OAuth
import ServiceLifecycle
import Storage

/// Writes what this node has counted of refreshes, every minute and when it stops.
///
/// What could not be written stays for the next time. Rows are written whole, so that one whose outcome is unknown is
/// not counted twice.
struct RefreshCountWriter: Service {
    private static let rowsAtOnce = 100
    /// When the server stops, a store that is away for a moment is waited for.
    private static let lastAttempts = 3

    let database: any Database
    let clock: DeploymentClock
    let tally: RefreshTally
    let logger: Logger
    var interval = Duration.minutes(1)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: interval)
                await write()
            }
        }
        for attempt in 1...Self.lastAttempts {
            if await write() || attempt == Self.lastAttempts { return }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// - Returns: Whether the store holds everything now.
    @discardableResult
    func write() async -> Bool {
        var rest = tally.unwritten[...]
        while !rest.isEmpty {
            let rows = rest.prefix(Self.rowsAtOnce)
            do throws(StorageError) {
                try await database.writeAgain { tx throws(StorageError) in
                    for row in rows { try tx.run(.put(row)) }
                }
            } catch {
                logger.warning("counts of refreshes were not written yet", metadata: ["error": "\(error)"])
                return false
            }
            tally.settle(rows)
            rest = rest.dropFirst(rows.count)
        }
        tally.forgetPast(at: clock.now())
        return true
    }
}
