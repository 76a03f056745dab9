package import OAuth
package import Secrets

/// Somebody wants an account: kept until the link in the mail to this address is followed, or for half an hour.
package struct NewRegistration: Hashable, Sendable {
    /// The event by which the account will be made; the mail's Message-ID is made of it.
    package let id: EventID
    package let email: EmailAddress
    package let displayName: String?
    /// The tag of the language of the page.
    package let language: String
    /// The authorization request with which the person came; empty when there was none.
    package let query: String
    package let createdAt: Milliseconds

    package init(
        id: EventID = .random(), email: EmailAddress, displayName: String?, language: String, query: String,
        createdAt: Milliseconds
    ) {
        self.id = id
        self.email = email
        self.displayName = displayName
        self.language = language
        self.query = query
        self.createdAt = createdAt
    }
}

/// A registration that is not over.
package struct OpenRegistration: Hashable, Sendable {
    package let id: EventID
    package let email: EmailAddress
    package let displayName: String?
    package let language: String
    package let query: String

    fileprivate init?(_ row: Row) throws(StorageError) {
        guard let email = try? EmailAddress(row.text("email")) else { return nil }
        id = try row.identifier("id")
        self.email = email
        displayName = try row.optionalText("display_name")
        language = try row.text("language")
        query = try row.text("query")
    }
}

extension Statement where Answer == Void {
    static func insert(_ registration: NewRegistration) -> Self {
        Self(
            """
            INSERT INTO registration (
                id, email, email_key, display_name, language, query, created_at, expires_at)
            VALUES (
                \(registration.id), \(registration.email.text), \(registration.email.key),
                \(registration.displayName), \(registration.language), \(registration.query),
                \(registration.createdAt), \(registration.createdAt + LinkPurpose.register.lifetime))
            """)
    }

    /// The mail of a registration, which belongs to no account.
    static func insertMail(of registration: NewRegistration) -> Self {
        let message = NewMessage(
            event: registration.id, kind: .mail, payload: RegistrationMessage(registration: registration.id).payload,
            createdAt: registration.createdAt)
        return insert([message][...])
    }
}

extension Statement where Answer == Bool {
    /// The link of a registration's mail, instead of the one of a mail before; false when it is over.
    package static func setLink(_ hash: TokenHash, ofRegistration id: EventID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE registration SET link_hash = \(hash)
            WHERE id = \(id) AND closed_at IS NULL AND expires_at > \(now) RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Uses a registration up; false when somebody was faster, or it is over.
    static func useRegistration(_ id: EventID, _ link: TokenHash, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE registration SET link_hash = NULL, display_name = NULL, query = '', closed_at = \(now)
            WHERE id = \(id) AND link_hash = \(link) AND closed_at IS NULL AND expires_at > \(now)
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == OpenRegistration? {
    /// By the link of its mail. Looking does not use it up: mail programs open links by themselves.
    package static func registration(link: TokenHash, at now: Milliseconds) -> Self {
        found(where: "link_hash = \(link)", at: now)
    }

    package static func registration(_ id: EventID, at now: Milliseconds) -> Self {
        found(where: "id = \(id)", at: now)
    }

    private static func found(where isMeant: SQL, at now: Milliseconds) -> Self {
        Self(
            """
            SELECT id, email, display_name, language, query FROM registration
            WHERE \(isMeant) AND closed_at IS NULL AND expires_at > \(now)
            """
        ) { rows throws(StorageError) in
            guard let row = rows.first else { return nil }
            return try OpenRegistration(row)
        }
    }
}

extension Statement where Answer == [Milliseconds] {
    /// When an address was written to because somebody wanted an account, newest first.
    static func registrations(of email: EmailAddress, since: Milliseconds, limit: Int64) -> Self {
        Self(
            """
            SELECT created_at FROM registration WHERE email_key = \(email.key) AND created_at > \(since)
            ORDER BY created_at DESC LIMIT \(limit)
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.instant("created_at") } }
    }
}

extension Statement where Answer == Int {
    /// How many registrations wait for their link to be followed, counted up to a limit.
    static func waitingRegistrations(upTo limit: Int64, at now: Milliseconds) -> Self {
        Self("SELECT id FROM registration WHERE expires_at > \(now) AND closed_at IS NULL LIMIT \(limit)") { rows in
            rows.count
        }
    }

    /// Takes what is personal out of at most 500 registrations that are over; tells how many.
    package static func forgetExpiredRegistrations(at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE registration SET link_hash = NULL, display_name = NULL, query = '', closed_at = \(now)
            WHERE id IN (
                SELECT id FROM registration WHERE expires_at <= \(now) AND closed_at IS NULL LIMIT 500)
            RETURNING id
            """
        ) { rows in rows.count }
    }

    /// Removes at most 500 registrations from before an instant; tells how many.
    package static func removeRegistrations(createdBefore: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM registration WHERE id IN (
                SELECT id FROM registration WHERE created_at < \(createdBefore) ORDER BY created_at LIMIT 500)
            RETURNING id
            """
        ) { rows in rows.count }
    }
}
