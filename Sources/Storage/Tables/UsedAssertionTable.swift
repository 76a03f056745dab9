package import OAuth
package import Secrets

extension Statement where Answer == Bool {
    /// Notes that a client assertion was used (RFC 7523 §3, step 7); false when it was before, and has not expired.
    ///
    /// - Parameter key: Of the client's id and the assertion's `jti` together.
    package static func useAssertion(_ key: TokenHash, expiresAt: Milliseconds, at now: Milliseconds) -> Self {
        Self(
            """
            INSERT INTO used_assertion (key, expires_at) VALUES (\(key), \(expiresAt))
            ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE used_assertion.expires_at <= \(now)
            RETURNING expires_at
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Int {
    /// Removes at most 500 expired ones; tells how many.
    package static func removeExpiredAssertions(at now: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM used_assertion WHERE key IN (
                SELECT key FROM used_assertion WHERE expires_at <= \(now) ORDER BY expires_at LIMIT 500)
            AND (expires_at <= \(now)) IS TRUE
            RETURNING expires_at
            """
        ) { rows in rows.count }
    }
}
