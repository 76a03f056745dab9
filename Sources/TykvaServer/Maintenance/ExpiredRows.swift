import Logging
package import OAuth
import ServiceLifecycle
import Storage

/// Removes what is past its time, in small steps, so that no step holds the writer for long.
package struct ExpiredRows: Service {
    /// Ended or idle families stay so long for operators to see.
    package static let afterlife: Duration = .days(30)
    let database: any Database
    let clock: DeploymentClock
    let eventRetention: Duration
    let logger: Logger

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(600))
                do {
                    try await removeAll(at: clock.now())
                } catch let error as StorageError {
                    logger.warning("expired rows were not removed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// One walk through everything.
    package func removeAll(at now: Milliseconds) async throws {
        let endedBefore = now - Self.afterlife
        var key: [UInt8] = []
        while true {
            let from = key
            let keys = try await database.read { tx throws(StorageError) in try tx.run(.familyKeys(after: from)) }
            guard let last = keys.last else { break }
            _ = try await database.once(
                .removeExpiredFamilies(after: from, through: last.bytes, now: now, endedBefore: endedBefore))
            key = last.bytes
            try await Task.sleep(for: .milliseconds(20))
        }
        while try await !database.once(.removeExpiredSessions(now: now, endedBefore: endedBefore)).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        try await database.once(.removeEvents(before: now - eventRetention))
    }
}
