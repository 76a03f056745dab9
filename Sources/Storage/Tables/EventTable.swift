package import OAuth

/// What kinds of things happen: the words of the audit log.
package enum EventType: String, Hashable, Sendable, CaseIterable {
    case signInSucceeded = "sign_in_succeeded"
    case signInFailed = "sign_in_failed"
    case refreshTheft = "refresh_theft"
    case refreshByStranger = "refresh_by_stranger"
    case refreshFastForward = "refresh_fast_forward"
    /// A refresh token ahead of the store was made under a master secret that was not active then.
    case refreshOfOtherSecret = "refresh_other_secret"
    case sessionContinuesElsewhere = "session_continues_elsewhere"
    case sessionEnded = "session_ended"
    case signedOut = "signed_out"
    /// An application has redeemed an authorization code: somebody entered it.
    case codeRedeemed = "code_redeemed"
    case codeReplayed = "code_replayed"
    /// A person signed in in a browser in which they had not been before.
    case newDevice = "new_device"
    /// A person no longer wants a browser to be known.
    case deviceForgotten = "device_forgotten"
    case passwordReset = "password_reset"
    case passwordResetRequested = "password_reset_requested"
    case emailChangeRequested = "email_change_requested"
    case emailChanged = "email_changed"
    /// So many wrong passwords that an account is held up for more than a minute, but for browsers that it knows.
    case lockout
    case lockoutEnded = "lockout_ended"
    /// The link that confirms the address of an account was asked for, by the person or an operator.
    case emailConfirmationRequested = "email_confirmation_requested"
    case userInvited = "user_invited"
    case invitationAccepted = "invitation_accepted"
    /// Somebody wanted an account who has one.
    case registrationRequested = "registration_requested"
    case userRegistered = "user_registered"
    /// A person said of something that they were told: it was them.
    case confirmedByPerson = "confirmed_by_person"
    /// A person ended one application in one of their sessions.
    case applicationEnded = "application_ended"
    case consentGranted = "consent_granted"
    case consentWithdrawn = "consent_withdrawn"
    case tokenRevoked = "token_revoked"
    case userAdded = "user_added"
    case userChanged = "user_changed"
    case userDisabled = "user_disabled"
    case userEnabled = "user_enabled"
    case userRemoved = "user_removed"
    case passwordChanged = "password_changed"
    case clientAdded = "client_added"
    case clientChanged = "client_changed"
    case clientRemoved = "client_removed"
    case clientSecretChanged = "client_secret_changed"
    case attributeAdded = "attribute_added"
    case attributeRemoved = "attribute_removed"
    case messageRetried = "message_retried"
    case messageGivenUp = "message_given_up"
    case messageDropped = "message_dropped"
    case webhookAdded = "webhook_added"
    case webhookChanged = "webhook_changed"
    case webhookEnabled = "webhook_enabled"
    /// By an operator, or because its receiver said that it is gone.
    case webhookDisabled = "webhook_disabled"
    case webhookRemoved = "webhook_removed"
    case webhookSecretChanged = "webhook_secret_changed"
    case webhookTest = "webhook_test"
    /// A signing key was published: a successor, or the first one.
    case keyAdded = "key_added"
    case secretAdded = "secret_added"
    case secretActivated = "secret_activated"
    case secretRemoved = "secret_removed"
    /// A signing key signs from now on.
    case keyActivated = "key_activated"
    /// A signing key signs no more.
    case keyRetired = "key_retired"
    /// The private half of a key that has left the key set was deleted.
    case keyErased = "key_erased"
    case keyRevoked = "key_revoked"
    /// A successor was taken out before it signed: an operator chose another one.
    case keyWithdrawn = "key_withdrawn"
    /// An operator asked for the next rotation before its time.
    case keyRotationAsked = "key_rotation_asked"
    /// A clock that was far ahead had dated a key; it was dated again.
    case keyRedated = "key_redated"
    case issuerChanged = "issuer_changed"
    case clockStepped = "clock_stepped"
}

/// One line of the audit log. Never a secret, token or password; text from requests is bounded by its types.
package struct Event: Hashable, Sendable {
    package var id: EventID
    package var at: Milliseconds
    package var type: EventType
    package var user: UserID?
    package var client: ClientID?
    package var session: SessionID?
    package var family: FamilyKey?
    package var holder: Holder
    /// The request that caused it; empty for a command.
    package var requestID: String
    /// A JSON object of what is particular to the type.
    package var detail: String
    /// Set where one row for all of a kind is enough: a second one of the same key is not written.
    package var onceKey: String?

    package init(
        id: EventID = .random(), at: Milliseconds, type: EventType, user: UserID? = nil, client: ClientID? = nil,
        session: SessionID? = nil, family: FamilyKey? = nil,
        holder: Holder = Holder(address: .unknown, agent: UserAgent("")), requestID: String = "", detail: String = "{}",
        onceKey: String? = nil
    ) {
        self.id = id
        self.at = at
        self.type = type
        self.user = user
        self.client = client
        self.session = session
        self.family = family
        self.holder = holder
        self.requestID = requestID
        self.detail = detail
        self.onceKey = onceKey
    }

    init(_ row: Row) throws(StorageError) {
        guard let type = EventType(rawValue: try row.text("type")) else {
            throw .corrupt(reason: "column type holds an unknown type of event")
        }
        id = try row.identifier("id")
        at = try row.instant("at")
        self.type = type
        user = try row.optionalIdentifier("account_id")
        client = try row.optionalIdentifier("client_id")
        session = try row.optionalIdentifier("session_id")
        family = try row.optionalBytes("family_id").flatMap(FamilyKey.init)
        holder = Holder(
            address: NetworkAddress(stored: try row.text("address")), agent: UserAgent(try row.text("agent")))
        requestID = try row.text("request_id")
        detail = try row.text("detail")
    }
}

extension Statement where Answer == Int {
    /// Removes the oldest events before an instant, at most 500.
    ///
    /// - Returns: How many.
    package static func removeEvents(before: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM event WHERE id IN (SELECT id FROM event WHERE at < \(before) ORDER BY at, id LIMIT 500)
            RETURNING id
            """
        ) { rows in rows.count }
    }
}

extension Statement where Answer == Bool {
    /// Whether the password or the address of a user has changed after an instant.
    package static func hasChangedCredentials(_ user: UserID, since: Milliseconds) -> Self {
        let types: [EventType] = [.passwordChanged, .passwordReset, .emailChanged, .invitationAccepted]
        return Self(
            """
            SELECT id FROM event
            WHERE account_id = \(user) AND at > \(since) AND type IN (\(SQL.list(types.map { "\($0.rawValue)" })))
            LIMIT 1
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Int {
    /// How many events of a type a user has after an instant; counted no further than to a limit.
    package static func events(_ type: EventType, of user: UserID, since: Milliseconds, limit: Int) -> Self {
        Self(
            """
            SELECT id FROM event
            WHERE account_id = \(user) AND type = \(type.rawValue) AND at > \(since) LIMIT \(limit)
            """
        ) { rows in rows.count }
    }
}

extension Statement where Answer == Event? {
    /// Nil when it is gone by now: events are kept for a number of days.
    package static func event(_ id: EventID) -> Self {
        Self(
            """
            SELECT id, at, type, account_id, client_id, session_id, family_id, address, agent, request_id, detail
            FROM event WHERE id = \(id)
            """
        ) { rows throws(StorageError) in try rows.first.map { row throws(StorageError) in try Event(row) } }
    }
}

extension Statement where Answer == [Event] {
    /// What happened to a user, newest first.
    package static func latestEvents(of user: UserID, limit: Int64) -> Self {
        Self(
            """
            SELECT id, at, type, account_id, client_id, session_id, family_id, address, agent, request_id, detail
            FROM event WHERE account_id = \(user) ORDER BY at DESC, id DESC LIMIT \(limit)
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try Event(row) } }
    }
}
