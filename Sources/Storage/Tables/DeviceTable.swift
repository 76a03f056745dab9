package import OAuth
package import Secrets

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

    /// Whether a person has signed in in any browser so far.
    static func hasDevice(_ user: UserID) -> Self {
        Self("SELECT account_id FROM device WHERE account_id = \(user) LIMIT 1") { rows in !rows.isEmpty }
    }

    /// Whether it is a browser in which a person has signed in before.
    package static func isDevice(_ hash: TokenHash, of user: UserID) -> Self {
        Self("SELECT account_id FROM device WHERE account_id = \(user) AND hash = \(hash)") { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Void {
    static func addDevice(_ hash: TokenHash, of user: UserID, by holder: Holder, at now: Milliseconds) -> Self {
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
            DELETE FROM device WHERE hash IN (
                SELECT hash FROM device WHERE last_seen_at < \(notSeenSince) ORDER BY last_seen_at LIMIT 500)
            AND last_seen_at < \(notSeenSince)
            RETURNING account_id
            """
        ) { rows in rows.count }
    }
}
