import Logging
import OAuth
import ServiceLifecycle
import Storage

/// Notices what another process changed: clients, keys and the restore epoch are read again then.
struct StorageWatch: Service {
    let database: any Database
    let clients: ClientDirectory
    let keys: KeyRing
    let epoch: RestoreEpoch
    let clock: DeploymentClock
    let events: EventRecorder
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var seen: Int64?
            var steps = 0
            for await _ in database.changes {
                try Task.checkCancellation()
                seen = await look(since: seen)
                if clock.stepsBack != steps {
                    steps = clock.stepsBack
                    logger.warning("the clock went back by more than a minute; it is followed")
                    events.note(Event(at: clock.now(), type: .clockStepped))
                }
            }
        }
    }

    /// - Returns: The version that has been taken over; the old one when storage failed, so that it is tried again.
    private func look(since seen: Int64?) async -> Int64? {
        do {
            let version = try await database.dataVersion()
            guard version != seen else { return seen }
            clients.forgetAll()
            try await keys.reload(database, at: clock.now())
            if let deployment = try await database.read({ tx throws(StorageError) in try tx.run(.deployment) }) {
                epoch.set(deployment.restoreEpoch)
            }
            return version
        } catch {
            logger.warning("storage could not be looked at", metadata: ["error": "\(error)"])
            return seen
        }
    }
}
