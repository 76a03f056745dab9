package import OAuth
package import Storage
import Synchronization

/// Registered clients, remembered until storage says that something changed.
///
/// What must hold at once (a removed client's sessions) does not rest on this: its families end with it.
package final class ClientDirectory: Sendable {
    private struct State {
        var clients: [ClientID: Client] = [:]
        var all: [Client]?
        var epoch = 0
    }

    private let database: any Database
    private let state = Mutex(State())

    package init(_ database: any Database) { self.database = database }

    package func client(_ id: ClientID) async throws(StorageError) -> Client? {
        let (known, epoch) = state.withLock { ($0.clients[id], $0.epoch) }
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
        let (known, epoch) = state.withLock { ($0.all, $0.epoch) }
        if let known { return known }
        let clients = try await database.read { tx throws(StorageError) in try tx.run(.clients()) }
        state.withLock { state in
            if state.epoch == epoch { state.all = clients }
        }
        return clients
    }

    package func forgetAll() {
        state.withLock { state in
            state.epoch += 1
            state.all = nil
            state.clients.removeAll()
        }
    }
}
