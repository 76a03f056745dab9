import OAuth

/// Messages that one statement inserts.
private let messagesPerInsert = 100

extension Transaction {
    /// Writes one notice for each client of a session that wants to be told. Called when the session has ended or been
    /// signed out at `now`, and its families still live. After a sign-out, those that it did not end are told again.
    ///
    /// A client whose family has ended is told too: its own sign-in may go on.
    func noteBackchannelLogouts(
        ofSession session: SessionID, because event: EventID, at now: Milliseconds
    ) throws(StorageError) {
        try insert(try run(.backchannelLogouts(ofSession: session, at: now)), because: event, at: now)
    }

    /// The same for all sessions of a user that ended at `now`.
    func noteBackchannelLogouts(
        ofUser user: UserID, because event: EventID, at now: Milliseconds
    ) throws(StorageError) {
        try insert(try run(.backchannelLogouts(ofUser: user, at: now)), because: event, at: now)
    }

    /// The same for one client of a user, in one session or in all, whose families are about to end by themselves.
    func noteBackchannelLogouts(
        of client: ClientID, ofUser user: UserID, in session: SessionID? = nil, because event: EventID,
        at now: Milliseconds
    ) throws(StorageError) {
        try insert(
            try run(.backchannelLogouts(of: client, ofUser: user, in: session, at: now)), because: event, at: now)
    }

    private func insert(
        _ notices: [BackchannelLogoutNotice], because event: EventID, at now: Milliseconds
    ) throws(StorageError) {
        let messages = notices.map { notice in
            NewMessage(
                event: event, kind: .backchannelLogout, payload: notice.payload, client: notice.client,
                session: notice.session, createdAt: now)
        }
        for start in stride(from: 0, to: messages.count, by: messagesPerInsert) {
            try run(.insert(messages[start..<min(start + messagesPerInsert, messages.count)]))
        }
    }
}

extension Statement where Answer == [BackchannelLogoutNotice] {
    static func backchannelLogouts(ofSession session: SessionID, at now: Milliseconds) -> Self {
        backchannelLogouts(where: "token_family.session_id = \(session)", at: now)
    }

    static func backchannelLogouts(ofUser user: UserID, at now: Milliseconds) -> Self {
        backchannelLogouts(where: "token_family.account_id = \(user) AND session.ended_at = \(now)", at: now)
    }

    static func backchannelLogouts(
        of client: ClientID, ofUser user: UserID, in session: SessionID?, at now: Milliseconds
    ) -> Self {
        let place: SQL = session.map { " AND token_family.session_id = \($0)" } ?? ""
        return backchannelLogouts(
            where: """
                token_family.account_id = \(user)\(place) AND token_family.client_id = \(client)
                AND token_family.ended_at IS NULL
                """,
            at: now)
    }

    private static func backchannelLogouts(where isMeant: SQL, at now: Milliseconds) -> Self {
        Self(
            """
            SELECT DISTINCT token_family.session_id, token_family.account_id, token_family.client_id,
                   client.backchannel_logout_uri
            FROM token_family JOIN client ON client.id = token_family.client_id
            JOIN session ON session.id = token_family.session_id
            WHERE \(isMeant) AND client.backchannel_logout_uri IS NOT NULL
              AND (session.signed_out_at IS NULL OR session.signed_out_at = \(now)
                OR (token_family.ended_at IS NULL AND token_family.expires_at > \(now)))
            ORDER BY token_family.session_id, token_family.client_id
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in
                BackchannelLogoutNotice(
                    client: try row.identifier("client_id"), user: try row.identifier("account_id"),
                    session: try row.identifier("session_id"),
                    uri: try BackchannelLogoutURI(stored: try row.text("backchannel_logout_uri")))
            }
        }
    }
}
