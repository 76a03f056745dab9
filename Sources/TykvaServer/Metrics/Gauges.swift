import Metrics
import OAuth
import Secrets
import ServiceLifecycle

/// What is, rather than what happened: read every few seconds.
struct Gauges: Service {
    let hasher: PasswordHasher
    let keys: KeyRing
    let times: KeyTimes
    let clock: DeploymentClock

    func run() async throws {
        let waiting = Meter(label: "tykva_password_checks_waiting")
        let running = Meter(label: "tykva_password_checks_running")
        let keyAge = Meter(label: "tykva_signing_key_age_seconds")
        let nextChange = Meter(label: "tykva_signing_key_next_change_seconds")
        try? await cancelWhenGracefulShutdown {
            while true {
                let load = hasher.load
                waiting.set(load.waiting)
                running.set(load.running)
                let now = clock.now()
                let plan = keys.current.plan(times, at: now)
                if let activeAt = plan.active?.life.activeAt { keyAge.set(now.since(activeAt) / 1000) }
                if let next = plan.nextChangeAt { nextChange.set(next.since(now) / 1000) }
                try await Task.sleep(for: .seconds(5))
            }
        }
    }
}
