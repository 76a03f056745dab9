package import OAuth

/// How refreshes of one client ended: the rows of docs/refresh.md by which a retry window is judged.
package struct RefreshCount: Hashable, Sendable {
    package var rotated: Int64 = 0
    /// Asked again within the window.
    package var retried: Int64 = 0
    /// Asked again within a second: two of a client's own callers, or a race of two requests.
    package var raced: Int64 = 0
    package var lateThefts: Int64 = 0
    package var staleThefts: Int64 = 0
    package var fastForwarded: Int64 = 0
    package var strangers: Int64 = 0
    /// The retry that came longest after its rotation, in milliseconds.
    package var longestRetry: Int64 = 0

    package init() {}

    fileprivate init(_ row: Row) throws(StorageError) {
        rotated = try row.integer("rotated")
        retried = try row.integer("retried")
        raced = try row.integer("raced")
        lateThefts = try row.integer("theft_late")
        staleThefts = try row.integer("theft_stale")
        fastForwarded = try row.integer("fast_forwarded")
        strangers = try row.integer("stranger")
        longestRetry = try row.integer("longest_retry")
    }

    package static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.rotated += right.rotated
        sum.retried += right.retried
        sum.raced += right.raced
        sum.lateThefts += right.lateThefts
        sum.staleThefts += right.staleThefts
        sum.fastForwarded += right.fastForwarded
        sum.strangers += right.strangers
        sum.longestRetry = max(left.longestRetry, right.longestRetry)
        return sum
    }
}

/// What one run of a node has counted of one client on one day, so far.
package struct RefreshCountRow: Hashable, Sendable {
    /// Nil for all clients beyond those that a node counts one by one.
    package let client: ClientID?
    /// Days since 1970-01-01, UTC.
    package let day: Int64
    /// This run of this node; another run has another.
    package let node: String
    package let count: RefreshCount

    package init(client: ClientID?, day: Int64, node: String, count: RefreshCount) {
        self.client = client
        self.day = day
        self.node = node
        self.count = count
    }
}

/// What was counted of a client, all nodes and days together.
package struct ClientRefreshCount: Hashable, Sendable {
    /// Nil for those that were not counted one by one.
    package let client: ClientID?
    package let count: RefreshCount

    package init(client: ClientID?, count: RefreshCount) {
        self.client = client
        self.count = count
    }
}

extension Statement where Answer == Void {
    /// Writes what a run of a node has counted so far. Twice does no harm, and an earlier state never replaces a later
    /// one: counts only grow.
    package static func put(_ row: RefreshCountRow) -> Self {
        let count = row.count
        return Self(
            """
            INSERT INTO refresh_count (
                client_id, day, node, rotated, retried, raced, theft_late, theft_stale, fast_forwarded, stranger,
                longest_retry)
            VALUES (
                \(row.client?.text ?? ""), \(row.day), \(row.node), \(count.rotated), \(count.retried),
                \(count.raced), \(count.lateThefts), \(count.staleThefts), \(count.fastForwarded),
                \(count.strangers), \(count.longestRetry))
            ON CONFLICT (client_id, day, node) DO UPDATE
            SET rotated = excluded.rotated, retried = excluded.retried, raced = excluded.raced,
                theft_late = excluded.theft_late, theft_stale = excluded.theft_stale,
                fast_forwarded = excluded.fast_forwarded, stranger = excluded.stranger,
                longest_retry = excluded.longest_retry
            WHERE refresh_count.rotated + refresh_count.retried + refresh_count.raced + refresh_count.theft_late
                  + refresh_count.theft_stale + refresh_count.fast_forwarded + refresh_count.stranger
                < excluded.rotated + excluded.retried + excluded.raced + excluded.theft_late + excluded.theft_stale
                  + excluded.fast_forwarded + excluded.stranger
            """)
    }
}

extension Statement where Answer == [ClientRefreshCount] {
    /// What was counted since a day, that day included, by client.
    ///
    /// - Parameter client: Only this one's; nil for all.
    package static func refreshCounts(of client: ClientID? = nil, since day: Int64) -> Self {
        let filter: SQL = client.map { " AND client_id = \($0)" } ?? ""
        return Self(
            """
            SELECT client_id, CAST(SUM(rotated) AS BIGINT) AS rotated, CAST(SUM(retried) AS BIGINT) AS retried,
                   CAST(SUM(raced) AS BIGINT) AS raced, CAST(SUM(theft_late) AS BIGINT) AS theft_late,
                   CAST(SUM(theft_stale) AS BIGINT) AS theft_stale,
                   CAST(SUM(fast_forwarded) AS BIGINT) AS fast_forwarded, CAST(SUM(stranger) AS BIGINT) AS stranger,
                   MAX(longest_retry) AS longest_retry
            FROM refresh_count WHERE day >= \(day)\(filter) GROUP BY client_id ORDER BY client_id
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in
                ClientRefreshCount(client: ClientID(try row.text("client_id")), count: try RefreshCount(row))
            }
        }
    }
}

extension Statement where Answer == Int {
    /// Removes at most 500 rows of days before one; tells how many.
    package static func removeRefreshCounts(before day: Int64) -> Self {
        Self(
            """
            DELETE FROM refresh_count WHERE (client_id, day, node) IN (
                SELECT client_id, day, node FROM refresh_count WHERE day < \(day) ORDER BY day LIMIT 500)
            RETURNING client_id
            """
        ) { rows in rows.count }
    }
}
