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
            SELECT key, failures, last_failed_at, expires_at FROM guess
            WHERE key IN (\(SQL.list(keys.map { "\($0.hash)" }))) AND expires_at > \(now)
            """, records)
    }

    /// The records of some kinds with so many wrong guesses or more, the latest first.
    package static func guesses(
        of kinds: [GuessKind], failures: Int, at now: Milliseconds, limit: Int
    ) -> Self {
        Self(
            """
            SELECT key, failures, last_failed_at, expires_at FROM guess
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
        self.init(
            failures: try row.integer("failures"), lastFailedAt: try row.instant("last_failed_at"),
            expiresAt: try row.instant("expires_at"))
    }
}

/// A record of an account.
package struct AccountGuesses: Hashable, Sendable {
    package let kind: GuessKind
    package let record: FailureRecord
}

extension Statement where Answer == [AccountGuesses] {
    /// Everything that is counted for an account, under any of its names and in its sessions.
    package static func guesses(of account: Account, at now: Milliseconds) -> Self {
        Self(
            """
            SELECT kind, failures, last_failed_at, expires_at FROM guess
            WHERE account_key IN (\(keys(of: account))) AND expires_at > \(now)
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

/// The `account_key` of everything that is counted for an account.
private func keys(of account: Account) -> SQL {
    let keys = account.signInNames.map { GuessKey.account($0).hash } + [GuessKey.accountKey(of: account.id)]
    return SQL.list(keys.map { "\($0)" })
}

extension Statement where Answer == FailureRecord? {
    /// Counts a wrong guess, whatever there is; those before are forgotten when they are old enough.
    ///
    /// - Returns: The record with it; never nil.
    package static func countFailure(_ key: GuessKey, at now: Milliseconds) -> Self {
        switch key.kind.policy.cost {
        case .doublingPause: count(key, at: now, "")
        case .oneEvery(let interval): count(key, every: interval, at: now, "")
        }
    }

    /// Counts a wrong guess of a kind that is forgotten one by one, unless all that are free are used up: one of any
    /// number of callers at once takes the last.
    ///
    /// - Returns: The record with it; nil when nothing was written.
    package static func countWithinFree(_ key: GuessKey, at now: Milliseconds) -> Self {
        guard case .oneEvery(let interval) = key.kind.policy.cost else { return countFailure(key, at: now) }
        let last = now + interval * Int(key.kind.policy.free - 1)
        return count(
            key, every: interval, at: now,
            "WHERE guess.expires_at <= \(last) OR guess.last_failed_at > \(now + GuessPolicy.skew)")
    }

    private static func count(_ key: GuessKey, at now: Milliseconds, _ condition: SQL) -> Self {
        Self(
            """
            INSERT INTO guess (key, kind, account_key, failures, last_failed_at, expires_at)
            VALUES (\(key.hash), \(key.kind.rawValue), \(key.account), 1, \(now), \(now + GuessPolicy.memory))
            ON CONFLICT (key) DO UPDATE SET
                failures = CASE WHEN guess.expires_at <= excluded.last_failed_at THEN 1 ELSE guess.failures + 1 END,
                last_failed_at = excluded.last_failed_at, expires_at = excluded.expires_at
            \(condition)
            RETURNING failures, last_failed_at, expires_at
            """, counted)
    }

    /// `GuessPolicy.adding` of one: the row expires when all of its guesses are forgotten.
    private static func count(
        _ key: GuessKey, every interval: Duration, at now: Milliseconds, _ condition: SQL
    ) -> Self {
        let (free, one) = (key.kind.policy.free, interval.wholeMilliseconds)
        let full = now + interval * Int(free)
        return Self(
            """
            INSERT INTO guess (key, kind, account_key, failures, last_failed_at, expires_at)
            VALUES (\(key.hash), \(key.kind.rawValue), \(key.account), 1, \(now), \(now + interval))
            ON CONFLICT (key) DO UPDATE SET
                failures = CASE
                    WHEN guess.expires_at <= excluded.last_failed_at THEN 1
                    WHEN guess.expires_at + \(one) >= \(full) THEN \(free)
                    ELSE (guess.expires_at - excluded.last_failed_at + \(one) - 1) / \(one) + 1 END,
                last_failed_at = excluded.last_failed_at,
                expires_at = CASE
                    WHEN guess.expires_at <= excluded.last_failed_at THEN excluded.expires_at
                    WHEN guess.expires_at + \(one) >= \(full) THEN \(full)
                    ELSE guess.expires_at + \(one) END
            \(condition)
            RETURNING failures, last_failed_at, expires_at
            """, counted)
    }
}

private func counted(_ rows: [Row]) throws(StorageError) -> FailureRecord? {
    try rows.first.map { row throws(StorageError) in try FailureRecord(row) }
}

extension Statement where Answer == Void {
    package static func forgetGuesses(of key: GuessKey) -> Self { Self("DELETE FROM guess WHERE key = \(key.hash)") }
}

extension Statement where Answer == Int {
    /// Removes everything that is counted for an account, under any of its names and in its sessions; tells how many
    /// rows.
    static func forgetGuesses(of account: Account) -> Self {
        Self("DELETE FROM guess WHERE account_key IN (\(keys(of: account))) RETURNING kind") { rows in rows.count }
    }

    /// Removes at most 500 that do not count any more; tells how many.
    package static func removeExpiredGuesses(at now: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM guess WHERE key IN (
                SELECT key FROM guess WHERE expires_at <= \(now) ORDER BY expires_at LIMIT 500)
            AND (expires_at <= \(now)) IS TRUE
            RETURNING kind
            """
        ) { rows in rows.count }
    }

    /// How many records there are.
    package static var guessCount: Self {
        Self("SELECT COUNT(*) AS number FROM guess") { rows throws(StorageError) in
            Int(try rows.first?.integer("number") ?? 0)
        }
    }

    /// Removes some records; tells how many. Of the 5000 that expire first, those that cost nothing yet go first, then
    /// the oldest: whoever floods the table pushes out no lockout. However many there are, no more are looked at.
    ///
    /// - Parameter limit: At most 500 go at once.
    package static func removeOldestGuesses(limit: Int) -> Self {
        Self(
            """
            DELETE FROM guess WHERE key IN (
                SELECT key FROM (SELECT key, failures, expires_at FROM guess ORDER BY expires_at LIMIT 5000) AS oldest
                ORDER BY CASE WHEN failures < \(GuessKind.accountNetwork.policy.free) THEN 0 ELSE 1 END, expires_at
                LIMIT \(min(limit, 500)))
            RETURNING kind
            """
        ) { rows in rows.count }
    }
}
