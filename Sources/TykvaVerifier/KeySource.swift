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

/// A set of keys, and a number that changes with it.
struct KeySnapshot: Sendable {
    let set: JWKSet
    let epoch: UInt64
}

/// The keys of one verifier.
enum VerifierKeys: Sendable {
    case fixed(KeySnapshot)
    case remote(RemoteJWKSet)

    /// The epoch of the keys, when they can be used without asking for newer ones.
    var settledEpoch: UInt64? {
        switch self {
        case .fixed(let snapshot): snapshot.epoch
        case .remote(let keys): keys.settledEpoch
        }
    }

    /// The keys, when they can be used without asking for newer ones.
    var settled: KeySnapshot? {
        switch self {
        case .fixed(let snapshot): snapshot
        case .remote(let keys): keys.settled
        }
    }

    func current() async throws(TokenVerificationError) -> KeySnapshot {
        switch self {
        case .fixed(let snapshot): snapshot
        case .remote(let keys): try await keys.current()
        }
    }

    /// The keys after one attempt to find a `kid` that is not in `snapshot`.
    func refreshed(after snapshot: KeySnapshot) async -> KeySnapshot {
        switch self {
        case .fixed: snapshot
        case .remote(let keys): await keys.refreshed(after: snapshot)
        }
    }
}
