/// Looks at a server once a connection: whether this program can work with it, and on which timeline it is.
struct PostgresServerCheck {
    let place: String

    static let oldestVersion: Int64 = 130_000

    /// - Returns: The timeline, less one.
    /// - Throws: `unavailable` with what is wrong.
    func check(
        _ connection: PostgresConnection, before deadline: ContinuousClock.Instant
    ) throws(StorageError) -> Int64 {
        // Asked in two steps: an old server may not know the functions of the second.
        let version = try row(connection, "SELECT current_setting('server_version_num')::bigint AS version", deadline)
        guard try version.integer("version") >= Self.oldestVersion else {
            throw refusal("the server is older than PostgreSQL 13")
        }
        let settings = try row(
            connection,
            """
            SELECT current_setting('server_encoding') AS encoding, current_setting('synchronous_commit') AS commit,
                   CASE WHEN pg_is_in_recovery() THEN '' ELSE pg_walfile_name(pg_current_wal_lsn()) END AS segment
            """, deadline)
        guard try settings.text("encoding") == "UTF8" else { throw refusal("the database's encoding is not UTF8") }
        switch try settings.text("commit") {
        case "off": throw refusal("synchronous_commit is off: a crash would lose sessions that were acknowledged")
        // Also where there is no standby yet: one may be named while connections are open.
        case "local":
            throw refusal("synchronous_commit is local: what a standby lacks would be acknowledged all the same")
        default: break
        }
        let segment = try settings.text("segment")
        guard let timeline = Int64(segment.prefix(8), radix: 16) else {
            throw refusal("the server is a standby, which takes no writes")
        }
        return timeline - 1
    }

    private func row(
        _ connection: PostgresConnection, _ sql: SQL, _ deadline: ContinuousClock.Instant
    ) throws(StorageError) -> Row {
        guard let row = try connection.run(sql, .reading, before: deadline).first else {
            throw refusal("the server does not tell what it is")
        }
        return row
    }

    private func refusal(_ reason: String) -> StorageError { .unavailable(reason: "\(place): \(reason)") }
}
