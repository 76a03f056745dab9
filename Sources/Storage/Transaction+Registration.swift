package import OAuth
package import Secrets

/// What becomes of a wish for an account.
package enum RegistrationOutcome: String, Hashable, Sendable {
    /// A mail with a link is on its way.
    case waiting
    /// The owner of the account is told that they have one.
    case hasAccount = "has_account"
    /// Nothing is sent: the address is the name of an account that has not proved it.
    case nameTaken = "name_taken"
    /// Nothing is sent: the address was written to shortly before, or often today.
    case tooSoon = "too_soon"
    /// Nothing is sent: too many wait for their link to be followed.
    case tooMany = "too_many"
}

/// How often addresses are written to because somebody wants an account.
package struct RegistrationBounds: Hashable, Sendable {
    /// Between two mails to one address.
    package var pause = Duration.minutes(10)
    /// Mails to one address within 24 hours.
    package var mailsADay: Int64 = 5
    /// Registrations that wait for their link to be followed.
    package var waiting: Int64 = 1000

    package init() {}
}

extension Transaction {
    /// Takes a wish for an account in, or tells the owner of the one that there is.
    ///
    /// - Parameter event: By which the owner is told; its user is filled in.
    package func ask(
        for registration: NewRegistration, _ bounds: RegistrationBounds, told event: Event
    ) throws(StorageError) -> RegistrationOutcome {
        let (email, now) = (registration.email, registration.createdAt)
        if let name = try? UserName(email.text), let user = try run(.signIn(name: name)) {
            guard let account = try run(.account(user.id)), account.provedEmail?.key == email.key else {
                return .nameTaken
            }
            guard !user.isDisabled, try run(.lock(user.id)), try mayTell(user.id, event.type, bounds, at: now) else {
                return .hasAccount
            }
            var event = event
            event.user = user.id
            try recordAndTell(event, .alreadyRegistered, to: user.id)
            return .hasAccount
        }
        let mails = try run(.registrations(of: email, since: now - .days(1), limit: bounds.mailsADay))
        if Int64(mails.count) >= bounds.mailsADay { return .tooSoon }
        if let last = mails.first, now < last + bounds.pause { return .tooSoon }
        guard try Int64(run(.waitingRegistrations(upTo: bounds.waiting, at: now))) < bounds.waiting else {
            return .tooMany
        }
        try run(.insert(registration))
        try run(.insertMail(of: registration))
        return .waiting
    }

    /// Whether the owner of an account is to hear again that they have one: as often as somebody without.
    private func mayTell(
        _ user: UserID, _ type: EventType, _ bounds: RegistrationBounds, at now: Milliseconds
    ) throws(StorageError) -> Bool {
        let today = try run(.events(type, of: user, since: now - .days(1), limit: Int(bounds.mailsADay)))
        guard today < bounds.mailsADay else { return false }
        return try run(.events(type, of: user, since: now - bounds.pause, limit: 1)) == 0
    }

    /// The registration of a link, used up; nil when it is over.
    package func takeRegistration(
        _ link: TokenHash, at now: Milliseconds
    ) throws(StorageError) -> OpenRegistration? {
        guard let open = try run(.registration(link: link, at: now)) else { return nil }
        return try run(.useRegistration(open.id, link, at: now)) ? open : nil
    }
}
