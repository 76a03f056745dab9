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

    /// Tells that the last key of a set has signed a token: it was the successor, and there is another one now.
    func lookBeyond(_ snapshot: KeySnapshot) {
        if case .remote(let keys) = self { keys.lookBeyond(snapshot) }
    }
}
