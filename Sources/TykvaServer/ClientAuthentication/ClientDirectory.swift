package import OAuth
package import Storage
import Synchronization

/// Registered clients, remembered until storage says that something changed.
///
/// What must hold at once (a removed client's sessions) does not rest on this: its families end with it. Nor does
/// anything rest on what storage has not confirmed lately: a node that is cut off from the others would go on accepting
/// a secret that was replaced.
package final class ClientDirectory: Sendable {
    private struct State {
        var clients: [ClientID: Client] = [:]
        var all: [Client]?
        var epoch = 0
        /// When storage was last asked whether anything has changed, by the monotonic clock.
        var confirmedAt: Int64?
    }

    /// How long what is remembered counts without storage having confirmed it.
    package static let trust: Duration = .seconds(10)

    private let database: any Database
    private let clock: DeploymentClock
    private let state = Mutex(State())

    package init(_ database: any Database, clock: DeploymentClock) {
        self.database = database
        self.clock = clock
    }

    package func client(_ id: ClientID) async throws(StorageError) -> Client? {
        let (known, epoch) = remembered { $0.clients[id] }
        if let known { return known }
        guard let client = try await database.read({ tx throws(StorageError) in try tx.client(id) }) else { return nil }
        state.withLock { state in
            // A change between our read and now makes what we read old.
            guard state.epoch == epoch else { return }
            if state.clients.count >= Limits.cachedClients { state.clients.removeAll(keepingCapacity: true) }
            state.clients[id] = client
        }
        return client
    }

    /// Every origin that some client's pages come from.
    func origins() async throws(StorageError) -> Set<String> {
        try await all().reduce(into: []) { $0.formUnion($1.origins) }
    }

    /// Every scope that some client may have, and `openid`; sorted.
    func scopes() async throws(StorageError) -> [String] {
        try await all().reduce(into: Set(["openid"])) { $0.formUnion($1.scope.tokens) }.sorted()
    }

    private func all() async throws(StorageError) -> [Client] {
        let (known, epoch) = remembered { $0.all }
        if let known { return known }
        let clients = try await database.read { tx throws(StorageError) in try tx.run(.clients()) }
        state.withLock { state in
            if state.epoch == epoch { state.all = clients }
        }
        return clients
    }

    /// What is remembered, when storage has confirmed it a moment ago; with the epoch of this moment.
    private func remembered<Value: Sendable>(_ value: (State) -> Value?) -> (Value?, epoch: Int) {
        let now = clock.monotonicNow()
        return state.withLock { state in
            let isConfirmed = state.confirmedAt.map { now - $0 <= Self.trust.wholeMilliseconds } ?? false
            return (isConfirmed ? value(state) : nil, state.epoch)
        }
    }

    /// Says that nothing has changed that was not forgotten before.
    ///
    /// - Parameter monotonic: When storage was asked, not when it answered.
    package func confirm(at monotonic: Int64) {
        state.withLock { $0.confirmedAt = monotonic }
    }

    package func forgetAll() {
        state.withLock { state in
            state.epoch += 1
            state.all = nil
            state.clients.removeAll()
        }
    }
}
