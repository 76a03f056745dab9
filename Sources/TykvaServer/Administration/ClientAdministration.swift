package import OAuth
package import Secrets
package import Storage

/// What operators do with clients; every change records its event in its own transaction.
///
/// Refusals are `InvalidValue` with one sentence, and nothing is written then; trouble of the store is `StorageError`.
package struct ClientAdministration: Sendable {
    private let database: any Database

    package init(_ database: any Database) { self.database = database }

    /// A client that was added, with its secret when it has one: told this once, stored as a hash.
    package struct Added: Sendable {
        package let client: Client
        package let secret: OneTimeValue?
    }

    package func add(_ wanted: NewClient, at now: Milliseconds) async throws -> Added {
        guard !wanted.isPublic || wanted.keys == nil else {
            throw InvalidValue("client \(wanted.id)", "a public client cannot keep a key to itself, so it has none")
        }
        let secret = wanted.isPublic || wanted.keys != nil ? nil : OneTimeValue.random(.clientSecret)
        let authentication: Client.Authentication =
            if let keys = wanted.keys {
                .privateKeyJWT(keys)
            } else {
                secret.map { .secret(hash: $0.hash.bytes) } ?? .none
            }
        var client = Client(
            id: wanted.id, authentication: authentication,
            displayName: try wanted.displayName.flatMap(Client.checkedDisplayName), isFirstParty: wanted.isFirstParty,
            grants: wanted.grants, backchannelLogoutURI: wanted.backchannelLogoutURI,
            requiresPushedRequests: wanted.requiresPushedRequests, createdAt: now)
        try wanted.lists.apply(to: &client)
        try client.check()
        let claims = wanted.lists.claims ?? []
        let (new, event) = (client, Event(at: now, type: .clientAdded, client: client.id))
        let added = try await database.administer { tx throws(StorageError) -> Result<Client, InvalidValue> in
            let policy = Self.policy(claims, try tx.run(.attributes))
            return try Self.written(new, policy) { client throws(StorageError) in
                try tx.add(client, event) ? nil : InvalidValue("client \(client.id)", "this id is taken")
            }
        }
        return Added(client: try added.get(), secret: secret)
    }

    /// Nil when there is none.
    package func find(_ id: ClientID) async throws -> Client? {
        try await database.read { tx throws(StorageError) in try tx.client(id) }
    }

    /// All clients in the order of their ids.
    package func list() async throws -> [Client] {
        try await database.read { tx throws(StorageError) in
            var clients: [Client] = []
            for var client in try tx.run(.clients()) {
                client.claims = ClaimPolicy(stored: try tx.run(.claims(of: client.id)))
                clients.append(client)
            }
            return clients
        }
    }

    @discardableResult
    package func change(_ id: ClientID, _ change: ClientChange, at now: Milliseconds) async throws -> Client {
        let event = Event(at: now, type: .clientChanged, client: id)
        let changed = try await database.administer { tx throws(StorageError) -> Result<Client, InvalidValue> in
            guard var client = try tx.client(id) else { return .failure(.noClient(id)) }
            do throws(InvalidValue) {
                try change.apply(to: &client)
                try client.check()
            } catch {
                return .failure(error)
            }
            let policy: Result<ClaimPolicy, InvalidValue> =
                if let claims = change.lists.claims {
                    Self.policy(claims, try tx.run(.attributes))
                } else {
                    .success(client.claims)
                }
            return try Self.written(client, policy) { client throws(StorageError) in
                try tx.update(client, event) ? nil : .noClient(id)
            }
        }
        return try changed.get()
    }

    /// Removes a client and ends every session of people in it.
    package func remove(_ id: ClientID, at now: Milliseconds) async throws {
        let event = Event(at: now, type: .clientRemoved, client: id)
        let removed = try await database.administer { tx throws(StorageError) in
            guard try tx.client(id) != nil else { return false }
            return try tx.removeClient(id, event)
        }
        guard removed else { throw InvalidValue.noClient(id) }
    }

    /// Makes a new secret; the old one, or the keys that it had, are refused from now on.
    package func newSecret(_ id: ClientID, at now: Milliseconds) async throws -> OneTimeValue {
        let secret = OneTimeValue.random(.clientSecret)
        let event = Event(at: now, type: .clientSecretChanged, client: id)
        let refusal = try await database.administer { tx throws(StorageError) -> InvalidValue? in
            guard var client = try tx.client(id) else { return .noClient(id) }
            guard !client.authentication.isPublic else {
                return InvalidValue("client \(id)", "it is public and has no secret")
            }
            client.authentication = .secret(hash: secret.hash.bytes)
            return try tx.update(client, event) ? nil : .noClient(id)
        }
        if let refusal { throw refusal }
        return secret
    }

    private static func policy(
        _ claims: [String], _ definitions: [AttributeDefinition]
    ) -> Result<ClaimPolicy, InvalidValue> {
        do throws(InvalidValue) {
            return .success(try ClaimPolicy(claims, definitions: definitions))
        } catch {
            return .failure(error)
        }
    }

    private static func written(
        _ client: Client, _ policy: Result<ClaimPolicy, InvalidValue>,
        _ write: (Client) throws(StorageError) -> InvalidValue?
    ) throws(StorageError) -> Result<Client, InvalidValue> {
        switch policy {
        case .failure(let refusal): return .failure(refusal)
        case .success(let policy):
            var client = client
            client.claims = policy
            return try write(client).map { .failure($0) } ?? .success(client)
        }
    }
}

extension InvalidValue {
    static func noClient(_ id: ClientID) -> InvalidValue { InvalidValue("client \(id)", "there is none of this id") }
}
