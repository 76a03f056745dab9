import Crypto
package import OAuth
package import Storage
import StrictFormats
import Synchronization

/// The signing keys of this moment: an immutable snapshot behind one lock, replaced when storage changes.
package final class KeyRing: Sendable {
    /// What the keys are, and the key set as it is served.
    package struct Snapshot: Sendable {
        package let keys: [SigningKey]
        package let keySet: PublicKeySet

        fileprivate init(_ keys: [SigningKey], at now: Milliseconds) {
            self.keys = keys
            keySet = PublicKeySet(keys.filter { $0.life.state(at: now) != .gone })
        }

        package func active(at now: Milliseconds) -> SigningKey? {
            keys.last { $0.life.state(at: now) == .active }
        }
    }

    private let snapshot: Mutex<Snapshot>
    private let secrets: SecretRing

    /// - Throws: When storage fails, or a key does not open.
    package init(_ database: any Database, secrets: SecretRing, at now: Milliseconds) async throws {
        self.secrets = secrets
        snapshot = Mutex(try await Self.read(database, secrets, at: now))
    }

    package var current: Snapshot { snapshot.withLock { $0 } }

    package func reload(_ database: any Database, at now: Milliseconds) async throws {
        let new = try await Self.read(database, secrets, at: now)
        snapshot.withLock { $0 = new }
    }

    private static func read(
        _ database: any Database, _ secrets: SecretRing, at now: Milliseconds
    ) async throws -> Snapshot {
        let rows = try await database.read { tx throws(StorageError) in try tx.run(.signingKeys) }
        var keys: [SigningKey] = []
        for row in rows where row.life.state(at: now) != .gone {
            keys.append(try await SigningKey(row, secrets: secrets.current.secrets))
        }
        guard keys.contains(where: { $0.life.state(at: now) == .active }) else {
            throw InvalidValue("signing keys", "the database holds no active one")
        }
        return Snapshot(keys, at: now)
    }
}

/// The public key set (RFC 7517 §5) as bytes, with its entity tag.
package struct PublicKeySet: Sendable {
    package let json: [UInt8]
    package let entityTag: String

    init(_ keys: [SigningKey]) {
        json = JSONValue.object(JSONObject([("keys", .array(keys.map(\.publicJWK)))])).encoded()
        entityTag = "\"" + Base64URL.encode(Array(SHA256.hash(data: json).prefix(16))) + "\""
    }
}
