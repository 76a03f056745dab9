package import OAuth
package import Secrets

/// The records that there are of some keys.
package typealias GuessRecords = [TokenHash: FailureRecord]

extension Statement where Answer == GuessRecords {
    /// The records of keys, as far as they count still. No row, no wrong guess.
    ///
    /// - Parameter keys: At least one.
    package static func guesses(_ keys: [GuessKey], at now: Milliseconds) -> Self {
        Self(
            """
            SELECT key, failures, last_failed_at FROM guess
            WHERE key IN (\(SQL.list(keys.map { "\($0.hash)" }))) AND expires_at > \(now)
            """, records)
    }

    /// The records of some kinds with so many wrong guesses or more, the latest first.
    package static func guesses(
        of kinds: [GuessKind], failures: Int, at now: Milliseconds, limit: Int
    ) -> Self {
        Self(
            """
            SELECT key, failures, last_failed_at FROM guess
            WHERE expires_at > \(now) AND failures >= \(failures)
              AND kind IN (\(SQL.list(kinds.map { "\($0.rawValue)" })))
            ORDER BY expires_at DESC LIMIT \(limit)
            """, records)
    }
}

private func records(_ rows: [Row]) throws(StorageError) -> GuessRecords {
    var records: GuessRecords = [:]
    for row in rows { records[try row.tokenHash("key")] = try FailureRecord(row) }
    return records
}

extension FailureRecord {
    init(_ row: Row) throws(StorageError) {
        self.init(failures: try row.integer("failures"), lastFailedAt: try row.instant("last_failed_at"))
    }
}

/// A record of an account.
package struct AccountGuesses: Hashable, Sendable {
    package let kind: GuessKind
    package let record: FailureRecord
}

extension Statement where Answer == [AccountGuesses] {
    /// Everything that is counted for an account, under any of its names.
    ///
    /// - Parameter names: At least one.
    package static func guesses(ofAccount names: [UserName], at now: Milliseconds) -> Self {
        Self(
            """
            SELECT kind, failures, last_failed_at FROM guess
            WHERE account_key IN (\(SQL.list(names.map { "\(GuessKey.account($0).hash)" }))) AND expires_at > \(now)
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in
                guard let kind = GuessKind(rawValue: try row.text("kind")) else {
                    throw .corrupt(reason: "table guess holds an unknown kind")
                }
                return AccountGuesses(kind: kind, record: try FailureRecord(row))
            }
        }
    }
}

extension Statement where Answer == Int64 {
    /// Counts a wrong guess, and tells how many there are; those before are forgotten when they are old enough.
    package static func countFailure(_ key: GuessKey, at now: Milliseconds) -> Self {
        Self(
            """
            INSERT INTO guess (key, kind, account_key, failures, last_failed_at, expires_at)
            VALUES (
                \(key.hash), \(key.kind.rawValue), \(key.account), 1, \(now), \(now + FailureRecord.memory))
            ON CONFLICT (key) DO UPDATE SET
                failures = CASE WHEN guess.expires_at <= excluded.last_failed_at THEN 1 ELSE guess.failures + 1 END,
                last_failed_at = excluded.last_failed_at, expires_at = excluded.expires_at
            RETURNING failures
            """
        ) { rows throws(StorageError) in
            guard let row = rows.first else { throw .corrupt(reason: "a wrong guess was not counted") }
            return try row.integer("failures")
        }
    }
}

extension Statement where Answer == Void {
    package static func forgetGuesses(of key: GuessKey) -> Self { Self("DELETE FROM guess WHERE key = \(key.hash)") }
}

extension Statement where Answer == Int {
    /// Removes everything that is counted for an account, under any of its names; tells how many rows.
    ///
    /// - Parameter names: At least one.
    package static func forgetGuesses(ofAccount names: [UserName]) -> Self {
        Self(
            """
            DELETE FROM guess WHERE account_key IN (\(SQL.list(names.map { "\(GuessKey.account($0).hash)" })))
            RETURNING kind
            """
        ) { rows in rows.count }
    }

    /// Removes at most 500 that do not count any more; tells how many.
    package static func removeExpiredGuesses(at now: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM guess WHERE key IN (
                SELECT key FROM guess WHERE expires_at <= \(now) ORDER BY expires_at LIMIT 500)
            AND expires_at <= \(now)
            RETURNING kind
            """
        ) { rows in rows.count }
    }

    /// Removes at most 500 when there are more than so many; tells how many. Those that cost nothing yet go first, then
    /// the oldest: whoever floods the table pushes out no lockout.
    package static func removeGuesses(beyond bound: Int) -> Self {
        Self(
            """
            DELETE FROM guess WHERE key IN (
                SELECT key FROM guess
                ORDER BY CASE WHEN failures < \(GuessKind.accountNetwork.policy.free) THEN 0 ELSE 1 END, expires_at
                LIMIT 500)
            AND (SELECT COUNT(*) FROM guess) > \(bound)
            RETURNING kind
            """
        ) { rows in rows.count }
    }
}
