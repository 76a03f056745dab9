import HTTPTypes
import Hummingbird
import OAuth
import Secrets
import Storage

/// `/account`: a person's own pages. Whoever is not signed in signs in first.
struct AccountEndpoint: Sendable {
    let desk: PageDesk
    let database: any Database
    let hasher: PasswordHasher
    let passwords: PasswordCheck
    /// What a new password is held against.
    let rules: PasswordRules

    func profile(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            try await profilePage(visit, session, sent: ProfilePage.Sent(rawValue: request.uri.query ?? ""))
        }
    }

    /// The link that confirms an address which is not proved yet, once more.
    func sendConfirmation(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            guard desk.sendsMail else { throw PageRefusal(.notFound, reason: "nobody can be written to") }
            _ = try await desk.posted(.sendConfirmation, of: session, visit)
            var asked = event(.emailConfirmationRequested, session, visit, ending: nil)
            asked.onceKey = "confirm \(session.user) \(visit.now.seconds / 600)"
            let event = asked
            try await database.writeAgain { tx throws(StorageError) in
                guard let account = try tx.run(.account(session.user)), account.emailVerifiedAt == nil,
                    let email = account.email.flatMap({ try? EmailAddress($0) })
                else { return }
                try tx.recordOnceAndTell(event, .confirmEmail, to: session.user, at: email)
            }
            return desk.seeOther("/account?\(ProfilePage.Sent.confirmation.rawValue)")
        }
    }

    /// The new address is told, and is not the account's until its owner has opened the link there.
    func changeEmail(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            guard desk.sendsMail else { throw PageRefusal(.notFound, reason: "nobody can be written to") }
            let form = try await desk.posted(.changeEmail, of: session, visit)
            guard let email = try? EmailAddress(form["email"] ?? "") else {
                return try await profilePage(visit, session, problem: .malformedEmail)
            }
            do {
                let stored = try await passwords.storedHash(
                    of: session, matching: form["current"] ?? "", from: visit.origin, at: visit.now)
                guard stored != nil else { return try await profilePage(visit, session, problem: .wrongCurrent) }
            } catch let refusal as GuessRefusal {
                let problem = ProfilePage.Problem.heldUp(retryAfterSeconds: refusal.retryAfterSeconds)
                return try await profilePage(visit, session, problem: problem)
            } catch PasswordHasherError.overloaded(let seconds) {
                let problem = ProfilePage.Problem.tooBusy(retryAfterSeconds: Int64(seconds))
                return try await profilePage(visit, session, problem: problem)
            }
            // Nobody's mailbox is filled this way.
            let event = event(.emailChangeRequested, session, visit, ending: nil)
            let isAsked = try await database.writeAgain { tx throws(StorageError) in
                guard try tx.run(.lock(session.user)),
                    try tx.requests(of: session.user, in: .hours(1), at: visit.now) < 3,
                    try tx.requests(of: session.user, in: .days(1), at: visit.now) < 5
                else { return false }
                try tx.recordAndTell(event, .confirmEmail, to: session.user, at: email)
                return true
            }
            guard isAsked else { return try await profilePage(visit, session, problem: .askedTooOften) }
            return desk.seeOther("/account?\(ProfilePage.Sent.change.rawValue)")
        }
    }

    private func profilePage(
        _ visit: PageDesk.Visit, _ session: BrowserSession, problem: ProfilePage.Problem? = nil,
        sent: ProfilePage.Sent? = nil
    ) async throws -> Response {
        guard let facts = try await database.read({ tx throws(StorageError) in try tx.facts(of: session.user) })
        else { throw PageRefusal(.pageIsOld, reason: "the user is gone") }
        let roles = facts.publicClaims.strings("roles"), groups = facts.publicClaims.strings("groups")
        let form = desk.sendsMail ? desk.form("/account/email", .changeEmail, of: session, visit) : nil
        let canConfirm = desk.sendsMail && facts.email != nil && !facts.isEmailVerified
        let confirm = canConfirm ? desk.form("/account/confirm-email", .sendConfirmation, of: session, visit) : nil
        return desk.show(
            ProfilePage(
                desk.frame(session, visit), email: facts.email, isEmailVerified: facts.isEmailVerified, roles: roles,
                groups: groups, changeEmail: form, confirmEmail: confirm, problem: problem, sent: sent), visit)
    }

    func password(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            passwordPage(visit, session, isChanged: request.uri.query == "changed")
        }
    }

    /// Ends every other session: whoever knew the old password is signed out.
    func changePassword(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            let form = try await desk.posted(.changePassword, of: session, visit)
            guard form["new"] == form["repeated"] else {
                return passwordPage(visit, session, problem: .notRepeated)
            }
            do {
                let (current, new) = (form["current"] ?? "", form["new"] ?? "")
                guard let cookie = try await change(current, to: new, session, visit) else {
                    return passwordPage(visit, session, problem: .wrongCurrent)
                }
                var response = desk.seeOther("/account/password?changed")
                response.headers[values: .setCookie].append(BrowserCookie.session.setting(cookie))
                return response
            } catch let error as PasswordError {
                return passwordPage(visit, session, problem: .new(error))
            } catch let refusal as GuessRefusal {
                return passwordPage(
                    visit, session, problem: .heldUp(retryAfterSeconds: refusal.retryAfterSeconds))
            } catch PasswordHasherError.overloaded(let seconds) {
                return passwordPage(visit, session, problem: .tooBusy(retryAfterSeconds: Int64(seconds)))
            }
        }
    }

    func sessions(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            let place = try SessionPlace(of: request)
            let (own, others, clients) = try await database.read { tx throws(StorageError) in
                (
                    try tx.run(
                        .sessions(of: session.user, .only(session.id), livingAt: visit.now, before: nil, limit: 1)),
                    // One more tells whether there are more.
                    try tx.run(
                        .sessions(
                            of: session.user, .except(session.id), livingAt: visit.now,
                            before: place.map { ($0.createdAt, $0.session) }, limit: Int64(Limits.shownSessions) + 1)),
                    try tx.run(.clients())
                )
            }
            let names = Dictionary(uniqueKeysWithValues: clients.map { ($0.id, $0.displayName) })
            let shown = ShownSessions(
                place == nil ? own : [], others: others, names: names, at: visit.now)
            let forms = SessionsPage.Forms(
                endSession: desk.form("/account/sessions/end", .endSession, of: session, visit),
                endApplication: desk.form("/account/applications/end", .endApplication, of: session, visit),
                endOthers: desk.form("/account/sessions/end-others", .endOtherSessions, of: session, visit))
            return desk.show(
                SessionsPage(
                    desk.frame(session, visit), shown.sessions, forms: forms, isFirst: place == nil,
                    older: shown.next?.address, done: request.uri.query.flatMap(SessionsPage.Done.init(query:))), visit)
        }
    }

    func endSession(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            let form = try await desk.posted(.endSession, of: session, visit)
            guard let id = form["session"].flatMap(SessionID.init), id != session.id else {
                throw PageRefusal(.badRequest, reason: "the form names no other session")
            }
            let event = event(.sessionEnded, session, visit, ending: id)
            _ = try await database.writeAgain { tx throws(StorageError) in
                try tx.endSession(id, ownedBy: session.user, .endedByPerson, at: visit.now, event)
            }
            return desk.seeOther("/account/sessions?\(SessionsPage.Done.sessionEnded.query)")
        }
    }

    func endOthers(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            _ = try await desk.posted(.endOtherSessions, of: session, visit)
            let event = event(.sessionEnded, session, visit, ending: nil)
            _ = try await database.writeAgain { tx throws(StorageError) in
                try tx.endSessions(
                    ofUser: session.user, except: session.id, .endedByPerson, at: visit.now, event)
            }
            return desk.seeOther("/account/sessions?\(SessionsPage.Done.othersEnded.query)")
        }
    }

    func endApplication(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            let form = try await desk.posted(.endApplication, of: session, visit)
            guard let client = form["application"].flatMap(ClientID.init),
                let place = form["session"].flatMap(SessionID.init)
            else { throw PageRefusal(.badRequest, reason: "the form names no application") }
            var ended = event(.applicationEnded, session, visit, ending: place)
            ended.client = client
            let event = ended
            try await database.writeAgain { tx throws(StorageError) in
                try tx.endFamilies(
                    of: client, in: place, ownedBy: session.user, .endedByPerson, at: visit.now, event)
            }
            return desk.seeOther("/account/sessions?\(SessionsPage.Done.applicationEnded.query)")
        }
    }

    func consents(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            let (consents, clients) = try await database.read { tx throws(StorageError) in
                (try tx.run(.consents(of: session.user)), try tx.run(.clients()))
            }
            let names = Dictionary(uniqueKeysWithValues: clients.map { ($0.id, $0.displayName) })
            let shown = consents.map {
                ConsentsPage.Consent(
                    client: ShownClient(id: $0.client, displayName: names[$0.client] ?? nil), scope: $0.scope,
                    grantedAt: $0.grantedAt)
            }
            return desk.show(
                ConsentsPage(
                    desk.frame(session, visit), shown,
                    withdraw: desk.form("/account/consents/withdraw", .withdrawConsent, of: session, visit),
                    isWithdrawn: request.uri.query == "withdrawn"), visit)
        }
    }

    func withdraw(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        await desk.accountPage(request, context) { visit, session in
            let form = try await desk.posted(.withdrawConsent, of: session, visit)
            guard let client = form["client"].flatMap(ClientID.init) else {
                throw PageRefusal(.badRequest, reason: "the form names no application")
            }
            var event = event(.consentWithdrawn, session, visit, ending: nil)
            event.client = client
            let withdrawn = event
            _ = try await database.writeAgain { tx throws(StorageError) in
                try tx.withdrawConsent(of: session.user, to: client, at: visit.now, withdrawn)
            }
            return desk.seeOther("/account/consents?withdrawn")
        }
    }

    private func passwordPage(
        _ visit: PageDesk.Visit, _ session: BrowserSession, problem: PasswordPage.Problem? = nil,
        isChanged: Bool = false
    ) -> Response {
        let form = desk.form("/account/password", .changePassword, of: session, visit)
        return desk.show(
            PasswordPage(
                desk.frame(session, visit), form, minimum: rules.minimum, problem: problem, isChanged: isChanged), visit
        )
    }

    private func event(
        _ type: EventType, _ session: BrowserSession, _ visit: PageDesk.Visit, ending: SessionID?
    ) -> Event {
        Event(
            at: visit.now, type: type, user: session.user, session: ending ?? session.id, holder: visit.origin.holder,
            requestID: visit.origin.requestID)
    }

    /// The new password is looked at only when the current one is right: what it is held against may cost a request.
    ///
    /// - Returns: The session's new cookie; nil when the current password is wrong, or has been changed meanwhile.
    private func change(
        _ current: String, to new: String, _ session: BrowserSession, _ visit: PageDesk.Visit
    ) async throws -> OneTimeValue? {
        guard
            let stored = try await passwords.storedHash(
                of: session, matching: current, from: visit.origin, at: visit.now)
        else { return nil }
        let hash = try await hasher.hash(rules.accept(new, of: session.user, in: database))
        let cookie = OneTimeValue.random()
        let device = BrowserCookie.device.value(in: visit.request.headers)?.hash
        let event = event(.passwordChanged, session, visit, ending: nil)
        let isChanged = try await database.writeAgain { tx throws(StorageError) in
            try tx.changePassword(
                of: session.user, from: stored, to: hash.stored, keeping: session.id, as: cookie.hash, on: device,
                at: visit.now, event)
        }
        return isChanged ? cookie : nil
    }
}

extension Transaction {
    /// How often a person has given a new address, counted up to 5.
    fileprivate func requests(
        of user: UserID, in span: Duration, at now: Milliseconds
    ) throws(StorageError) -> Int {
        try run(.events(.emailChangeRequested, of: user, since: now - span, limit: 5))
    }
}
