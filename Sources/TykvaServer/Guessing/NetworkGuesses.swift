import OAuth
import Secrets
import Storage
import Synchronization

/// What is counted by network: failed proofs and codes of clients, dead links, requests for new passwords and accounts.
///
/// Whoever is right is not asked about, and costs no look at the store. What is held up is remembered here and read at
/// the start, so that refusals cost none either; where there is nothing to remember the store decides, for all nodes.
final class NetworkGuesses: Sendable {
    private static let kinds: [GuessKind] = [.client, .link, .reset, .register]

    /// What is counted.
    enum Subject: Sendable {
        /// Nil for all that are not registered.
        case client(ClientID?)
        case link
        case reset
        case register

        fileprivate func key(from address: NetworkAddress) -> GuessKey {
            switch self {
            case .client(let client): .client(client, from: address)
            case .link: .link(from: address)
            case .reset: .reset(from: address)
            case .register: .register(from: address)
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
        let fewest = Int(Self.kinds.map(\.policy.free).min() ?? 1)
        let records = try await database.once(
            .guesses(of: Self.kinds, failures: fewest, at: now, limit: Limits.blockedNetworks))
        blocked.withLock { blocked in
            blocked.merge(records) { own, _ in own }
            count.store(blocked.count, ordering: .relaxed)
        }
    }

    /// Refuses early what `failed` would refuse, where there is work before it; counts nothing.
    ///
    /// - Throws: `GuessRefusal` while a pause lasts.
    func check(_ subject: Subject, from address: NetworkAddress, at now: Milliseconds) throws(GuessRefusal) {
        guard count.load(ordering: .relaxed) > 0, !unlimited.contains(address) else { return }
        let key = subject.key(from: address)
        let record = blocked.withLock { $0[key.hash] }
        guard case .wait(let until) = key.kind.policy.decide(record, inFlight: 0, at: now) else { return }
        counts.count(key.kind)
        throw GuessRefusal(key.kind, until: until, at: now)
    }

    /// Counts a failure, or a request of a kind of which each counts, before it is answered. Of many at once no more
    /// pass than are free.
    ///
    /// - Throws: `GuessRefusal` when those that are free are used up: nothing is written then. `StorageError`.
    func failed(_ subject: Subject, from address: NetworkAddress, at now: Milliseconds) async throws {
        guard !unlimited.contains(address) else { return }
        try check(subject, from: address, at: now)
        let key = subject.key(from: address)
        let (isCounted, record) = try await database.writeAgain { tx throws(StorageError) -> (Bool, FailureRecord?) in
            if let record = try tx.run(.countWithinFree(key, at: now)) { return (true, record) }
            return (false, try tx.run(.guesses([key], at: now))[key.hash])
        }
        var until = now
        if let record, case .wait(let end) = key.kind.policy.decide(record, inFlight: 0, at: now) {
            until = end
            remember(record, of: key)
        }
        guard !isCounted else { return }
        counts.count(key.kind)
        throw GuessRefusal(key.kind, until: until, at: now)
    }

    private func remember(_ record: FailureRecord, of key: GuessKey) {
        blocked.withLock { blocked in
            if blocked.count >= Limits.blockedNetworks { Self.makeRoom(in: &blocked) }
            blocked[key.hash] = record
            count.store(blocked.count, ordering: .relaxed)
        }
    }

    /// Forgets the half that failed longest ago.
    private static func makeRoom(in blocked: inout [TokenHash: FailureRecord]) {
        let oldest = blocked.sorted { $0.value.lastFailedAt < $1.value.lastFailedAt }.prefix(blocked.count / 2)
        for (key, _) in oldest { blocked[key] = nil }
    }
}
