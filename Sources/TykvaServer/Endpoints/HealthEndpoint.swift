import HTTPTypes
import Hummingbird
import Logging
import OAuth
import Storage

/// `/health/live`: the process answers. `/health/ready`: it can sign, storage answers, and it is not about to end.
struct HealthEndpoint: Sendable {
    let database: any Database
    let keys: KeyRing
    let secrets: SecretRing
    let standing: IssuerStanding
    let clock: DeploymentClock
    let retreat: Retreat

    func live() -> Response { JSONResponse.response(#"{"status":"live"}"#) }

    func ready(_ logger: Logger) async -> Response {
        guard !retreat.isUnderWay else { return notReady("it is about to end", logger, level: .info) }
        guard keys.current.active(at: clock.now()) != nil else { return notReady("no active signing key", logger) }
        guard secrets.current.missing.isEmpty else {
            return notReady("a master secret of the deployment is not here", logger)
        }
        guard standing.isCurrent else { return notReady("the deployment has another issuer now", logger) }
        guard clock.isTrusted else {
            return notReady("the clock is too far from the database's, or unknown", logger)
        }
        do throws(StorageError) {
            _ = try await database.read { tx throws(StorageError) in try tx.run(.deployment) }
        } catch {
            return notReady("storage does not answer", logger)
        }
        guard database.commitsReturn() else { return notReady("commits do not return", logger) }
        return JSONResponse.response(#"{"status":"ready"}"#)
    }

    private func notReady(_ why: StaticString, _ logger: Logger, level: Logger.Level = .error) -> Response {
        logger.log(level: level, "not ready", metadata: ["reason": "\(why)"])
        var response = JSONResponse.response(#"{"status":"not ready","reason":"\#(why)"}"#, status: .serviceUnavailable)
        response.headers[.retryAfter] = String(Limits.storageRetrySeconds)
        return response
    }
}
