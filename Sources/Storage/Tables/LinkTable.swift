package import OAuth
package import Secrets

/// What a one-time link in a mail is good for, and nothing else.
package enum LinkPurpose: String, Hashable, Sendable, CaseIterable {
    /// "This was me": 24 h.
    case allIsWell = "all_is_well"
    /// "This was not me": ends everything, and lets the person choose a password: 24 h.
    case notMe = "not_me"
    /// 30 min.
    case resetPassword = "reset_password"
    /// 30 min.
    case confirmEmail = "confirm_email"
    /// Chooses a first password, and proves the address: 24 h.
    case invitation
    /// Makes an account (`RegistrationTable`): 30 min.
    case register

    /// Those that are about an account.
    package static let ofAccounts = allCases.filter { $0 != .register }

    package var lifetime: Duration {
        switch self {
        case .allIsWell, .notMe, .invitation: .hours(24)
        case .resetPassword, .confirmEmail, .register: .minutes(30)
        }
    }
}

/// A link to be sent.
package struct NewLink: Hashable, Sendable {
    package let hash: TokenHash
    package let purpose: LinkPurpose
    package let user: UserID
    package let event: EventID?
    package let email: EmailAddress?
    package let createdAt: Milliseconds

    package init(
        hash: TokenHash, purpose: LinkPurpose, user: UserID, event: EventID?, email: EmailAddress? = nil,
        createdAt: Milliseconds
    ) {
        self.hash = hash
        self.purpose = purpose
        self.user = user
        self.event = event
        self.email = email
        self.createdAt = createdAt
    }
}

/// A link that somebody came with, while it is good.
package struct OpenLink: Hashable, Sendable {
    package let user: UserID
    package let userName: String
    package let event: EventID?
    package let email: EmailAddress?

    init(_ row: Row) throws(StorageError) {
        user = try row.identifier("account_id")
        userName = try row.text("name")
        event = try row.optionalIdentifier("event_id")
        email = try row.optionalText("email").flatMap { try? EmailAddress($0) }
    }
}

extension Statement where Answer == Void {
    package static func insert(_ links: [NewLink]) -> Self {
        let rows = links.map { link -> SQL in
            """
            (\(link.hash), \(link.purpose.rawValue), \(link.user), \(link.event), \(link.email?.text),
             \(link.createdAt), \(link.createdAt + link.purpose.lifetime))
            """
        }
        return Self(
            """
            INSERT INTO link (hash, purpose, account_id, event_id, email, created_at, expires_at)
            VALUES \(SQL.list(rows))
            """)
    }

    /// After a change of password or address no earlier link is good, but for the one by which a former address is
    /// taken back: a thief would change the password next.
    static func removeLinks(of user: UserID) -> Self {
        Self(
            """
            DELETE FROM link
            WHERE account_id = \(user) AND NOT (purpose = \(LinkPurpose.notMe.rawValue) AND email IS NOT NULL)
            """)
    }

    static func removeAllLinks(of user: UserID) -> Self {
        Self("DELETE FROM link WHERE account_id = \(user)")
    }

    /// Both answers to one event: whoever gives one cannot give the other any more.
    static func removeLinks(of user: UserID, about event: EventID) -> Self {
        Self("DELETE FROM link WHERE account_id = \(user) AND event_id = \(event)")
    }
}

extension Statement where Answer == OpenLink? {
    /// A link that is good for this purpose now. Looking does not use it up: mail programs open links by themselves.
    package static func link(_ hash: TokenHash, for purpose: LinkPurpose, at now: Milliseconds) -> Self {
        Self(
            """
            SELECT link.account_id, link.event_id, link.email, account.name
            FROM link JOIN account ON account.id = link.account_id
            WHERE link.hash = \(hash) AND link.purpose = \(purpose.rawValue) AND link.expires_at > \(now)
              AND account.disabled_at IS NULL
            """
        ) { rows throws(StorageError) in try rows.first.map { row throws(StorageError) in try OpenLink(row) } }
    }
}

extension Statement where Answer == Bool {
    /// Uses a link up; false when somebody was faster, or it is not good any more.
    static func useLink(_ hash: TokenHash, for purpose: LinkPurpose, at now: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM link WHERE hash = \(hash) AND purpose = \(purpose.rawValue) AND expires_at > \(now)
            RETURNING purpose
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Int {
    /// Removes at most 500 links that are over; tells how many.
    package static func removeExpiredLinks(at now: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM link WHERE hash IN (SELECT hash FROM link WHERE expires_at <= \(now) LIMIT 500)
            RETURNING purpose
            """
        ) { rows in rows.count }
    }
}
