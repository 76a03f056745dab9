package import OAuth
package import Secrets

/// Something that a person was told, as their own pages show it.
package struct Notice: Hashable, Sendable {
    package let kind: PersonMessageKind
    package let event: Event
    package let readAt: Milliseconds?
    package let answer: Answer?

    /// What the person said of it.
    package enum Answer: String, Hashable, Sendable {
        case mine
        case notMine = "not_mine"
    }

    init(_ row: Row) throws(StorageError) {
        guard let kind = PersonMessageKind(rawValue: try row.text("kind")) else {
            throw .corrupt(reason: "column kind holds an unknown kind of notice")
        }
        self.kind = kind
        event = try Event(row)
        readAt = try row.optionalInstant("read_at")
        answer = try row.optionalText("answer").flatMap(Answer.init)
    }
}

private func filter(_ kinds: [PersonMessageKind]?) -> SQL {
    guard let kinds else { return "" }
    return " AND notice.kind IN (\(SQL.list(kinds.map { "\($0.rawValue)" })))"
}

extension Statement where Answer == Void {
    static func insert(_ kind: PersonMessageKind, to user: UserID, because event: Event) -> Self {
        Self(
            """
            INSERT INTO notice (event_id, account_id, kind, created_at)
            VALUES (\(event.id), \(user), \(kind.rawValue), \(event.at))
            ON CONFLICT (event_id) DO NOTHING
            """)
    }

    /// Those that were shown in a browser in which the person had been before they came are not shown as new again.
    ///
    /// Whoever has their password alone, and so comes with another browser, does not take them away.
    /// - Parameters:
    ///   - kinds: Only those; nil for all.
    ///   - device: Of the browser's device cookie.
    package static func readNotices(
        of user: UserID, _ kinds: [PersonMessageKind]? = nil, on device: TokenHash, through last: Milliseconds,
        at now: Milliseconds
    ) -> Self {
        Self(
            """
            UPDATE notice SET read_at = \(now)
            WHERE account_id = \(user) AND created_at <= \(last) AND read_at IS NULL\(filter(kinds))
              AND EXISTS (
                SELECT 1 FROM device
                WHERE device.account_id = notice.account_id AND device.hash = \(device)
                  AND device.first_seen_at < notice.created_at)
            """)
    }
}

extension Statement where Answer == Bool {
    /// Whether a person was told so of a family after an instant.
    static func isTold(
        _ kind: PersonMessageKind, of family: FamilyKey, _ user: UserID, since: Milliseconds
    ) -> Self {
        Self(
            """
            SELECT notice.event_id FROM notice JOIN event ON event.id = notice.event_id
            WHERE notice.account_id = \(user) AND notice.created_at > \(since) AND notice.kind = \(kind.rawValue)
              AND event.family_id = \(family)
            LIMIT 1
            """
        ) { rows in !rows.isEmpty }
    }

    /// Notes what the person says of a notice, once; false when they have said it before, or there is none.
    static func answer(_ answer: Notice.Answer, to event: EventID, of user: UserID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE notice SET answer = \(answer.rawValue), answered_at = \(now), read_at = COALESCE(read_at, \(now))
            WHERE event_id = \(event) AND account_id = \(user) AND answer IS NULL
            RETURNING event_id
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == [Notice] {
    /// What a person was told, newest first.
    ///
    /// - Parameters:
    ///   - unread: Only these kinds, and what they have not seen on a page yet; nil for everything.
    ///   - since: Only those from after it.
    package static func notices(
        of user: UserID, unread: [PersonMessageKind]? = nil, since: Milliseconds = Milliseconds(.min), limit: Int64
    ) -> Self {
        let unseen: SQL = unread == nil ? "" : " AND notice.read_at IS NULL\(filter(unread))"
        let filter: SQL = "\(unseen) AND notice.created_at > \(since)"
        return Self(
            """
            SELECT notice.kind, notice.read_at, notice.answer,
                   event.id, event.at, event.type, event.account_id, event.client_id, event.session_id,
                   event.family_id, event.address, event.agent, event.request_id, event.detail
            FROM notice JOIN event ON event.id = notice.event_id
            WHERE notice.account_id = \(user)\(filter)
            ORDER BY notice.created_at DESC, notice.event_id DESC LIMIT \(limit)
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try Notice(row) } }
    }
}

extension Statement where Answer == Int {
    /// Removes at most 500 notices from before an instant; tells how many.
    package static func removeNotices(before: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM notice WHERE event_id IN (
                SELECT event_id FROM notice WHERE created_at < \(before) ORDER BY created_at LIMIT 500)
            RETURNING event_id
            """
        ) { rows in rows.count }
    }
}
