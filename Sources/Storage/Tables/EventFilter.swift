package import OAuth

/// Which events to read.
package struct EventFilter: Hashable, Sendable {
    package var user: UserID?
    package var client: ClientID?
    package var session: SessionID?
    /// Of all types when empty.
    package var types: [EventType]
    package var since: Milliseconds?
    /// Before this instant.
    package var until: Milliseconds?
    /// Only those after this one, in the order of the log: where the last page ended.
    package var after: Position?
    package var limit: Int64

    package struct Position: Hashable, Sendable {
        package let at: Milliseconds
        package let id: EventID

        package init(at: Milliseconds, id: EventID) {
            self.at = at
            self.id = id
        }
    }

    package init(
        user: UserID? = nil, client: ClientID? = nil, session: SessionID? = nil, type: EventType? = nil,
        types: [EventType] = [], since: Milliseconds? = nil, until: Milliseconds? = nil, after: Position? = nil,
        limit: Int64 = 500
    ) {
        self.user = user
        self.client = client
        self.session = session
        self.types = types + (type.map { [$0] } ?? [])
        self.since = since
        self.until = until
        self.after = after
        self.limit = limit
    }
}

extension Statement where Answer == [Event] {
    /// Events in the order in which they happened.
    package static func events(_ wanted: EventFilter) -> Self {
        var filter: SQL = "1 = 1"
        if let user = wanted.user { filter = "\(filter) AND account_id = \(user)" }
        if let client = wanted.client { filter = "\(filter) AND client_id = \(client)" }
        if let session = wanted.session { filter = "\(filter) AND session_id = \(session)" }
        if !wanted.types.isEmpty {
            filter = "\(filter) AND type IN (\(SQL.list(wanted.types.map { "\($0.rawValue)" })))"
        }
        if let since = wanted.since { filter = "\(filter) AND at >= \(since)" }
        if let until = wanted.until { filter = "\(filter) AND at < \(until)" }
        if let after = wanted.after {
            filter = "\(filter) AND (at > \(after.at) OR (at = \(after.at) AND id > \(after.id)))"
        }
        return Self(
            """
            SELECT id, at, type, account_id, client_id, session_id, family_id, address, agent, request_id, detail
            FROM event WHERE \(filter) ORDER BY at, id LIMIT \(wanted.limit)
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try Event(row) } }
    }
}
