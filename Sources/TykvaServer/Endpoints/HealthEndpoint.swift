import HTTPTypes
import Hummingbird
import OAuth
import Storage

/// `/health/live`: the process answers. `/health/ready`: it can sign, and storage answers.
struct HealthEndpoint: Sendable {
    let database: any Database
    let keys: KeyRing
    let clock: DeploymentClock

    func live() -> Response { JSONResponse.response(#"{"status":"live"}"#) }

    func ready() async -> Response {
        guard keys.current.active(at: clock.now()) != nil else { return notReady("no active signing key") }
        guard clock.isTrusted else { return notReady("the clock is too far from the database's, or unknown") }
        do throws(StorageError) {
            _ = try await database.read { tx throws(StorageError) in try tx.run(.deployment) }
        } catch {
            return notReady("storage does not answer")
        }
        return JSONResponse.response(#"{"status":"ready"}"#)
    }

    private func notReady(_ why: StaticString) -> Response {
        var response = JSONResponse.response(#"{"status":"not ready","reason":"\#(why)"}"#, status: .serviceUnavailable)
        response.headers[.retryAfter] = String(Limits.storageRetrySeconds)
        return response
    }
}
