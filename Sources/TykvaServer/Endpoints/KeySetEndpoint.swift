import Hummingbird

/// The public keys (RFC 7517 §5).
struct KeySetEndpoint: Sendable {
    let keys: KeyRing

    func answer(_ request: Request) -> Response {
        let keySet = keys.current.keySet
        return CachedDocument.response(keySet.json, entityTag: keySet.entityTag, to: request)
    }
}
