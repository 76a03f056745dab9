package import OAuth
package import Secrets

/// A browser in which a person has signed in before.
package struct KnownDevice: Hashable, Sendable {
    /// Of its device cookie.
    package let id: TokenHash
    package let firstSeenAt: Milliseconds
    package let lastSeenAt: Milliseconds
    /// Who was there last.
    package let holder: Holder

    package init(id: TokenHash, firstSeenAt: Milliseconds, lastSeenAt: Milliseconds, holder: Holder) {
        self.id = id
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
        self.holder = holder
    }
}

extension Transaction {
    /// Forgets a browser of a person's; when it is not theirs, or is forgotten already, nothing is written.
    package func forgetDevice(_ device: TokenHash, of user: UserID, _ event: Event) throws(StorageError) {
        guard try run(.removeDevice(device, of: user)) else { return }
        try run(.record(event))
    }
}

extension Statement where Answer == [KnownDevice] {
    /// The last ones first.
    package static func devices(of user: UserID, limit: Int64) -> Self {
        Self(
            """
            SELECT hash, first_seen_at, last_seen_at, address, agent FROM device
            WHERE account_id = \(user) ORDER BY last_seen_at DESC, hash LIMIT \(limit)
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in
                guard let id = TokenHash(bytes: try row.bytes("hash")) else {
                    throw .corrupt(reason: "column hash holds no hash")
                }
                return KnownDevice(
                    id: id, firstSeenAt: try row.instant("first_seen_at"), lastSeenAt: try row.instant("last_seen_at"),
                    holder: Holder(
                        address: NetworkAddress(stored: try row.text("address")),
                        agent: UserAgent(try row.text("agent"))
                    ))
            }
        }
    }
}

extension Statement where Answer == Bool {
    /// Notes that a person is here in a browser that they have signed in in before; false when they have not.
    ///
    /// - Parameter hash: Of the browser's device cookie.
    static func seeDevice(_ hash: TokenHash, of user: UserID, by holder: Holder, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE device SET last_seen_at = \(now), address = \(holder.address), agent = \(holder.agent)
            WHERE account_id = \(user) AND hash = \(hash)
            RETURNING account_id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Whether any browser of a person's is known.
    static func hasDevice(_ user: UserID) -> Self {
        Self("SELECT account_id FROM device WHERE account_id = \(user) LIMIT 1") { rows in !rows.isEmpty }
    }

    fileprivate static func removeDevice(_ device: TokenHash, of user: UserID) -> Self {
        Self("DELETE FROM device WHERE account_id = \(user) AND hash = \(device) RETURNING account_id") { rows in
            !rows.isEmpty
        }
    }

    /// Whether it is a browser in which a person has signed in before.
    package static func isDevice(_ hash: TokenHash, of user: UserID) -> Self {
        Self("SELECT account_id FROM device WHERE account_id = \(user) AND hash = \(hash)") { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Void {
    /// Makes every browser of a person a new one again, but for one.
    static func removeDevices(of user: UserID, except kept: TokenHash?) -> Self {
        guard let kept else { return Self("DELETE FROM device WHERE account_id = \(user)") }
        return Self("DELETE FROM device WHERE account_id = \(user) AND hash <> \(kept)")
    }

    package static func addDevice(_ hash: TokenHash, of user: UserID, by holder: Holder, at now: Milliseconds) -> Self {
        Self(
            """
            INSERT INTO device (account_id, hash, first_seen_at, last_seen_at, address, agent)
            VALUES (\(user), \(hash), \(now), \(now), \(holder.address), \(holder.agent))
            ON CONFLICT (account_id, hash) DO NOTHING
            """)
    }
}

extension Statement where Answer == Int {
    /// Removes at most 500 devices that nobody has signed in with since an instant; tells how many.
    package static func removeDevices(notSeenSince: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM device WHERE (account_id, hash) IN (
                SELECT account_id, hash FROM device WHERE last_seen_at < \(notSeenSince)
                ORDER BY last_seen_at LIMIT 500)
            AND (last_seen_at < \(notSeenSince)) IS TRUE
            RETURNING account_id
            """
        ) { rows in rows.count }
    }
}
