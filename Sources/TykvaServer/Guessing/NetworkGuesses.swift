import OAuth
import Secrets
import Storage
import Synchronization

/// What is counted by network: failed proofs and codes of clients, dead links, requests for new passwords and accounts.
///
/// Whoever is right costs no look at the store: what is held up is remembered here, read at the start, and kept up by
/// the answers to what this node writes. Another node's count arrives with the next failure here.
final class NetworkGuesses: Sendable {
    private static let kinds: [GuessKind] = [.client, .link, .reset]

    /// What is counted.
    enum Subject: Sendable {
        /// Nil for all that are not registered.
        case client(ClientID?)
        case link
        case reset

        fileprivate func key(from address: NetworkAddress) -> GuessKey {
            switch self {
            case .client(let client): .client(client, from: address)
            case .link: .link(from: address)
            case .reset: .reset(from: address)
            }
        }
    }

    private let database: any Database
    private let unlimited: UnlimitedNetworks
    private let counts = RefusalCounts()
    private let blocked = Mutex<[TokenHash: FailureRecord]>([:])
    /// Of `blocked`: most of the time it is empty, and looking costs this.
    private let count = Atomic(0)

    init(_ database: any Database, unlimited: UnlimitedNetworks) {
        self.database = database
        self.unlimited = unlimited
    }

    /// Reads what is held up: limits survive a restart.
    func load(at now: Milliseconds) async throws(StorageError) {
        let fewest = Self.kinds.map(\.policy.free).min() ?? 1
        let records = try await database.once(
            .guesses(of: Self.kinds, failures: fewest, at: now, limit: Limits.blockedNetworks))
        blocked.withLock { blocked in
            blocked.merge(records) { own, _ in own }
            count.store(blocked.count, ordering: .relaxed)
        }
    }

    /// - Throws: `GuessRefusal` while a pause lasts.
    func check(_ subject: Subject, from address: NetworkAddress, at now: Milliseconds) throws(GuessRefusal) {
        guard count.load(ordering: .relaxed) > 0, !unlimited.contains(address) else { return }
        let key = subject.key(from: address)
        let record = blocked.withLock { $0[key.hash] }
        guard let record, case .wait(let until) = key.kind.policy.decide(record, inFlight: 0, at: now) else { return }
        counts.count(key.kind)
        throw GuessRefusal(key.kind, until: until, at: now)
    }

    /// Counts a failure before it is answered.
    func failed(_ subject: Subject, from address: NetworkAddress, at now: Milliseconds) async throws(StorageError) {
        guard !unlimited.contains(address) else { return }
        let key = subject.key(from: address)
        let failures = try await database.writeAgain { tx throws(StorageError) in
            try tx.run(.countFailure(key, at: now))
        }
        guard key.kind.policy.pause(after: failures) > .zero else { return }
        blocked.withLock { blocked in
            if blocked.count >= Limits.blockedNetworks { Self.makeRoom(in: &blocked) }
            blocked[key.hash] = FailureRecord(failures: failures, lastFailedAt: now)
            count.store(blocked.count, ordering: .relaxed)
        }
    }

    /// A right proof ends the record of its client and network; no other record ends so.
    func succeeded(_ client: ClientID, from address: NetworkAddress) async throws(StorageError) {
        guard count.load(ordering: .relaxed) > 0 else { return }
        let key = Subject.client(client).key(from: address)
        let wasBlocked = blocked.withLock { blocked in
            let record = blocked.removeValue(forKey: key.hash)
            count.store(blocked.count, ordering: .relaxed)
            return record != nil
        }
        if wasBlocked { try await database.once(.forgetGuesses(of: key)) }
    }

    /// Forgets the half that failed longest ago.
    private static func makeRoom(in blocked: inout [TokenHash: FailureRecord]) {
        let oldest = blocked.sorted { $0.value.lastFailedAt < $1.value.lastFailedAt }.prefix(blocked.count / 2)
        for (key, _) in oldest { blocked[key] = nil }
    }
}
