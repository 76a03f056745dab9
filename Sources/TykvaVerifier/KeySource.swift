/// Where a verifier has its issuer's keys from.
public struct KeySource: Sendable {
    enum Kind: Sendable {
        case fixed(JWKSet)
        case remote(RemoteJWKSet)
        case url(String)
        case discovery
    }

    let kind: Kind

    /// These keys and no others, for tests and for services without a network.
    public static func fixed(_ keys: JWKSet) -> KeySource {
        KeySource(kind: .fixed(keys))
    }

    /// The set at a URL, fetched when it is needed and kept fresh.
    ///
    /// - Parameter jwksURL: An https URL; http on loopback only.
    public static func remote(jwksURL: String) -> KeySource {
        KeySource(kind: .url(jwksURL))
    }

    /// A set with its own settings, perhaps shared by several verifiers of one issuer.
    public static func remote(_ keys: RemoteJWKSet) -> KeySource {
        KeySource(kind: .remote(keys))
    }

    /// The set that the issuer's metadata names: `/.well-known/openid-configuration` under the verifier's issuer
    /// (OpenID Connect Discovery §4).
    public static let discovery = KeySource(kind: .discovery)

    /// The keys for a verifier of `issuer`.
    func keys(issuer: String) throws(TokenVerifierConfigurationError) -> VerifierKeys {
        switch kind {
        case .fixed(let set): .fixed(KeySnapshot(set: set, epoch: 0))
        case .remote(let keys): .remote(keys)
        case .url(let url): .remote(try RemoteJWKSet(jwksURL: url))
        case .discovery: .remote(try RemoteJWKSet(discoveryOf: issuer))
        }
    }
}
