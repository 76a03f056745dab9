import Metrics
import OAuth
import Secrets
import ServiceLifecycle

/// What is, rather than what happened: read every few seconds.
struct Gauges: Service {
    let hasher: PasswordHasher
    let keys: KeyRing
    let clock: DeploymentClock

    func run() async throws {
        let waiting = Meter(label: "tykva_password_checks_waiting")
        let running = Meter(label: "tykva_password_checks_running")
        let keyAge = Meter(label: "tykva_signing_key_age_seconds")
        try? await cancelWhenGracefulShutdown {
            while true {
                let load = hasher.load
                waiting.set(load.waiting)
                running.set(load.running)
                let now = clock.now()
                if let active = keys.current.active(at: now)?.life.activeAt { keyAge.set(now.since(active) / 1000) }
                try await Task.sleep(for: .seconds(5))
            }
        }
    }
}
