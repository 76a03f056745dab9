import Logging
import OAuth
import ServiceLifecycle
import Storage

/// Notices what another process changed: clients, keys and the restore epoch are read again then.
///
/// When the deployment was given another issuer, this process has nothing left to do: it fails with a sentence, and the
/// server ends in order.
struct StorageWatch: Service {
    let database: any Database
    let clients: ClientDirectory
    let keys: KeyRing
    let secrets: SecretRing
    let epoch: RestoreEpoch
    let standing: IssuerStanding
    let clock: DeploymentClock
    let events: EventRecorder
    let logger: Logger

    func run() async throws {
        do {
            try await watch()
        } catch let change as InvalidValue {
            throw change
        } catch {
            // The server stops.
        }
    }

    private func watch() async throws {
        try await cancelWhenGracefulShutdown {
            var seen: Int64?
            var steps = 0
            for await _ in database.changes {
                try Task.checkCancellation()
                seen = await look(since: seen)
                try mustBeCurrent()
                if clock.stepsBack != steps {
                    steps = clock.stepsBack
                    logger.warning("the clock went back by more than a minute; it is followed")
                    events.note(Event(at: clock.now(), type: .clockStepped))
                }
            }
        }
    }

    private func mustBeCurrent() throws(InvalidValue) {
        do throws(InvalidValue) {
            try standing.mustBeCurrent()
        } catch {
            logger.critical("this server ends", metadata: ["reason": "\(error)"])
            throw error
        }
    }

    /// - Returns: The version that has been taken over; the old one when storage failed, so that it is tried again.
    private func look(since seen: Int64?) async -> Int64? {
        do {
            let asked = clock.monotonicNow()
            let version = try await database.dataVersion()
            if version != seen { clients.forgetAll() }
            clients.confirm(at: asked)
            guard version != seen else {
                secrets.confirm(at: asked)
                keys.confirm(at: asked)
                return seen
            }
            // First, since keys may be sealed with a secret that was activated meanwhile.
            try await secrets.reload(database)
            secrets.confirm(at: asked)
            if let deployment = try await database.read({ tx throws(StorageError) in try tx.run(.deployment) }) {
                epoch.set(deployment.restoreEpoch)
                standing.compare(with: deployment)
            }
            try await keys.reload()
            return version
        } catch {
            logger.warning("storage could not be looked at", metadata: ["error": "\(error)"])
            return seen
        }
    }
}
