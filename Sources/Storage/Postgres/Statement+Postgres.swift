extension Statement where Answer == Int64? {
    /// The server's timeline now, less one; nil on a standby.
    static var timeline: Self {
        Self(
            """
            SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE pg_walfile_name(pg_current_wal_lsn()) END AS segment
            """
        ) { rows throws(StorageError) in
            guard let segment = try rows.first?.text("segment") else { return nil }
            return Int64(segment.prefix(8), radix: 16).map { $0 - 1 }
        }
    }
}

extension Statement where Answer == [String] {
    /// Settings of the server with which a crash of its machine loses what was acknowledged, or a statement has no end.
    static var remarks: Self {
        Self(
            """
            SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
                   current_setting('statement_timeout') AS statement_timeout
            """
        ) { rows throws(StorageError) in
            guard let row = rows.first else { return [] }
            var remarks: [String] = []
            for setting in ["fsync", "full_page_writes"] where try row.text(setting) == "off" {
                remarks.append("\(setting) is off at the database's server: a crash of its machine can lose everything")
            }
            // Ours come with each connection, but not through a pooler.
            if try row.text("statement_timeout") == "0" {
                remarks.append(
                    "statement_timeout is 0 behind the pooler: what waits for a lock waits without end; set it, and "
                        + "lock_timeout, for the role")
            }
            return remarks
        }
    }
}
