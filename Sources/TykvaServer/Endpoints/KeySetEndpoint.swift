import Hummingbird
import OAuth

/// The public keys (RFC 7517 §5).
struct KeySetEndpoint: Sendable {
    let keys: KeyRing
    let clock: DeploymentClock

    func answer(_ request: Request) -> Response {
        let keySet = keys.current.keySet(at: clock.now())
        // What storage has not confirmed lately may be old: it is still the best there is, for a moment.
        let maximumAge = keys.isConfirmed ? CachedDocument.maximumAge : Int(KeyTimes.nodePoll.components.seconds)
        return CachedDocument.response(keySet.json, entityTag: keySet.entityTag, maximumAge: maximumAge, to: request)
    }
}
