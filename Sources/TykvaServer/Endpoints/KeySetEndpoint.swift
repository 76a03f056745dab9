import Hummingbird
import OAuth

/// The public keys (RFC 7517 §5).
struct KeySetEndpoint: Sendable {
    let keys: KeyRing
    let clock: DeploymentClock

    /// What was not confirmed lately is read again first: this node was asleep or cut off, and a key of meanwhile may
    /// be missing, or one be revoked. What storage cannot confirm is still the best there is, for a moment.
    func answer(_ request: Request) async -> Response {
        await keys.renewBriefly()
        guard keys.isServable else { return Problem.response(.serviceUnavailable) }
        // First this: what is read in between is newer than it has to be, and not older.
        let maximumAge = keys.isConfirmed ? CachedDocument.maximumAge : Int(KeyTimes.nodePoll.components.seconds)
        let keySet = keys.current.keySet(at: clock.now())
        return CachedDocument.response(keySet.json, entityTag: keySet.entityTag, maximumAge: maximumAge, to: request)
    }
}
