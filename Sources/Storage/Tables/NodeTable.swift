package import OAuth

/// A node that serves, as it tells of itself every few seconds.
package struct ServingNode: Hashable, Sendable {
    /// Random, of this process alone.
    package let id: String
    /// For people: the machine and the process.
    package let name: String
    package let seenAt: Milliseconds
    /// The number of the master secret under which it makes what is new.
    package let activeSecret: UInt8
    /// The master secrets that it can read, whether or not they are registered.
    package let readable: [RegisteredMasterSecret]

    /// How often a node writes its row.
    package static let interval: Duration = .seconds(10)
    /// A node that has not been heard of for so long serves no more.
    package static let life: Duration = .seconds(35)
    /// Rows of so long ago are removed.
    package static let memory: Duration = .days(1)
    /// Whoever lives has told of itself again after so long, whatever a clock says: also when it failed once.
    package static let patience: Duration = .seconds(25)

    private static let checkValueBytes = 16

    package init(
        id: String, name: String, seenAt: Milliseconds, activeSecret: UInt8, readable: [RegisteredMasterSecret]
    ) {
        self.id = id
        self.name = name
        self.seenAt = seenAt
        self.activeSecret = activeSecret
        self.readable = readable
    }

    init(_ row: Row) throws(StorageError) {
        id = try row.text("id")
        name = try row.text("name")
        seenAt = try row.instant("seen_at")
        activeSecret = try row.narrow("active_secret")
        var packed = try row.bytes("readable_secrets")[...]
        guard packed.count % (1 + Self.checkValueBytes) == 0 else {
            throw .corrupt(reason: "column readable_secrets is of a wrong length")
        }
        var readable: [RegisteredMasterSecret] = []
        while let number = packed.popFirst() {
            readable.append(
                RegisteredMasterSecret(number: number, checkValue: Array(packed.prefix(Self.checkValueBytes))))
            packed = packed.dropFirst(Self.checkValueBytes)
        }
        self.readable = readable
    }

    /// Whether it has this secret under this number.
    package func reads(_ secret: RegisteredMasterSecret) -> Bool { readable.contains(secret) }

    fileprivate var packed: [UInt8] { readable.flatMap { [$0.number] + $0.checkValue } }
}

extension Statement where Answer == Void {
    /// Reports of a node never look the same, though its clock stands still for a while.
    package static func report(_ node: ServingNode) -> Self {
        Self(
            """
            INSERT INTO node (id, name, seen_at, active_secret, readable_secrets)
            VALUES (\(node.id), \(node.name), \(node.seenAt), \(Int64(node.activeSecret)), \(node.packed))
            ON CONFLICT (id) DO UPDATE SET name = excluded.name,
                seen_at = CASE WHEN excluded.seen_at BETWEEN node.seen_at - 1000 AND node.seen_at
                               THEN node.seen_at + 1 ELSE excluded.seen_at END,
                active_secret = excluded.active_secret, readable_secrets = excluded.readable_secrets
            """)
    }

    package static func removeNode(_ id: String) -> Self { Self("DELETE FROM node WHERE id = \(id)") }

    /// Forgets nodes that have ended without a word.
    package static func removeNodes(notSeenSince: Milliseconds) -> Self {
        Self("DELETE FROM node WHERE seen_at < \(notSeenSince)")
    }
}

extension ServingNode {
    /// That a node told of itself once: as long as it is the last time, the node may have ended.
    package struct Sighting: Hashable, Sendable {
        package let id: String
        package let name: String
        package let seenAt: Milliseconds
    }

    package var sighting: Sighting { Sighting(id: id, name: name, seenAt: seenAt) }

    /// Whether it serves by the clock alone.
    package func serves(at now: Milliseconds) -> Bool {
        seenAt > now - Self.life && seenAt < now + Self.life
    }
}

extension Statement where Answer == [ServingNode] {
    /// Those that have told of themselves and did not say that they ended, the latest 1000: some may have ended without
    /// a word, and none is left out because a clock was changed.
    package static var nodes: Self {
        Self(
            """
            SELECT id, name, seen_at, active_secret, readable_secrets FROM node ORDER BY seen_at DESC, id LIMIT 1000
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try ServingNode(row) } }
    }

    /// Those that serve at an instant, at most 1000. A row that is far ahead is of before a step of the clock.
    package static func servingNodes(at now: Milliseconds) -> Self {
        Self(
            """
            SELECT id, name, seen_at, active_secret, readable_secrets FROM node
            WHERE seen_at > \(now - ServingNode.life) AND seen_at < \(now + ServingNode.life)
            ORDER BY name, id LIMIT 1000
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try ServingNode(row) } }
    }
}
