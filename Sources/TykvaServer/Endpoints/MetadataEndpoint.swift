import Crypto
import Hummingbird
import OAuth
import StrictFormats

/// What the issuer says of itself (RFC 8414 §3, OIDC Discovery §4); the issuer decides every address, no header does.
struct MetadataEndpoint: Sendable {
    let issuer: Issuer
    let keys: KeyRing
    let clients: ClientDirectory
    let clock: DeploymentClock

    func answer(_ request: Request) async -> Response {
        // Scopes are for people's eyes: without storage the rest is as true as before.
        let scopes = (try? await clients.scopes()) ?? []
        let algorithms = keys.current.algorithms(at: clock.now())
        let json = ServerMetadata(issuer: issuer, algorithms: algorithms, scopes: scopes).json.encoded()
        let entityTag = "\"" + Base64URL.encode(Array(SHA256.hash(data: json).prefix(16))) + "\""
        return CachedDocument.response(json, entityTag: entityTag, to: request)
    }
}
