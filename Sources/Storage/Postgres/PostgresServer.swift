/// What a server told of itself when it was connected to.
struct PostgresServer {
    /// How often a replica took over, or a backup was restored to an earlier time: the timeline less one.
    var timeline: Int64 = 0
    /// Whether commits wait for a standby.
    var isSynchronous = false
}

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
    /// Settings of the server with which a crash of its machine loses what was acknowledged.
    static var durabilityRemarks: Self {
        Self("SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes") {
            rows throws(StorageError) in
            guard let row = rows.first else { return [] }
            var remarks: [String] = []
            for setting in ["fsync", "full_page_writes"] where try row.text(setting) == "off" {
                remarks.append("\(setting) is off at the database's server: a crash of its machine can lose everything")
            }
            return remarks
        }
    }
}
