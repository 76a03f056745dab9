import Hummingbird
import OAuth
import Secrets
import Storage

/// Where links of mails lead: "this was me", "this was not me", a new password, a new address.
///
/// Opening one only asks: mail programs and their scanners open links by themselves. A form of ours uses it up.
struct LinkEndpoint: Sendable {
    let desk: PageDesk
    let database: any Database
    let hasher: PasswordHasher
    /// What a new password is held against.
    let rules: PasswordRules
    let guesses: NetworkGuesses

    /// A link that is good now, as it came.
    private struct Opened {
        let purpose: LinkPurpose
        let hash: TokenHash
        let link: OpenLink
        let query: String
    }

    func show(_ purpose: LinkPurpose, _ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            guard let opened = try await open(purpose, visit) else { return desk.show(StepPage(.linkOver), visit) }
            guard try await isTheirs(opened, visit) else { return desk.show(StepPage(.signInToConfirm), visit) }
            return page(opened, visit)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    func use(_ purpose: LinkPurpose, _ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            guard let opened = try await open(purpose, visit) else { return desk.show(StepPage(.linkOver), visit) }
            guard try await isTheirs(opened, visit) else { return desk.show(StepPage(.signInToConfirm), visit) }
            guard let form = try await desk.postedOrOld(purpose.form, visit) else { return page(opened, visit) }
            return try await use(opened, form, visit)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    /// Nil for a link that is not good, which counts; a good one is never held up.
    private func open(_ purpose: LinkPurpose, _ visit: PageDesk.Visit) async throws -> Opened? {
        let query = visit.request.uri.query ?? ""
        guard let text = visit.request.uri.queryParameters[Substring(LinkPurpose.parameter)],
            let value = OneTimeValue(presented: String(text), prefix: .link)
        else { return nil }
        let link = try await database.read { tx throws(StorageError) in
            try tx.run(.link(value.hash, for: purpose, at: visit.now))
        }
        guard let link else {
            try await guesses.failed(.link, from: visit.origin.holder.address, at: visit.now)
            return nil
        }
        return Opened(purpose: purpose, hash: value.hash, link: link, query: query)
    }

    /// An address that the person did not give themselves, with their password, is theirs when whoever reads its mail
    /// is signed in too: an operator may have mistyped it.
    private func isTheirs(_ opened: Opened, _ visit: PageDesk.Visit) async throws(StorageError) -> Bool {
        guard opened.purpose == .confirmEmail else { return true }
        let event = try await database.read { tx throws(StorageError) -> Event? in
            guard let id = opened.link.event else { return nil }
            return try tx.run(.event(id))
        }
        if event?.type == .emailChangeRequested { return true }
        return try await desk.session(visit)?.user == opened.link.user
    }

    private func page(
        _ opened: Opened, _ visit: PageDesk.Visit, problem: PasswordPage.Problem? = nil
    ) -> Response {
        let form = desk.form(opened.purpose.address(opened.query), opened.purpose.form, visit)
        switch opened.purpose {
        case .allIsWell: return desk.show(StepPage(.allIsWell, form), visit)
        case .notMe: return desk.show(StepPage(.notMe, form), visit)
        case .confirmEmail: return desk.show(StepPage(.confirmEmail, form, value: opened.link.email?.text), visit)
        case .register: return desk.show(StepPage(.linkOver), visit)
        case .resetPassword, .invitation:
            // Who follows an invitation proves its address, and signs in by it.
            let (occasion, name): (NewPasswordPage.Occasion, String) =
                if opened.purpose == .invitation, let email = opened.link.email {
                    (.invitation, email.text)
                } else {
                    (.change, opened.link.userName)
                }
            return desk.show(
                NewPasswordPage(form, occasion, userName: name, minimum: rules.minimum, problem: problem), visit)
        }
    }

    private func use(_ opened: Opened, _ form: FormParameters, _ visit: PageDesk.Visit) async throws -> Response {
        switch opened.purpose {
        case .allIsWell:
            let event = event(.confirmedByPerson, opened, visit)
            let isDone = try await database.writeAgain { tx throws(StorageError) in
                try tx.allIsWell(opened.hash, opened.link, at: visit.now, event)
            }
            return desk.show(StepPage(isDone ? .allIsWellDone : .linkOver), visit)
        case .notMe: return try await signOutEverywhere(opened, visit)
        case .register: return desk.show(StepPage(.linkOver), visit)
        case .resetPassword, .invitation: return try await setPassword(opened, form, visit)
        case .confirmEmail: return try await confirmEmail(opened, visit)
        }
    }

    private func signOutEverywhere(_ opened: Opened, _ visit: PageDesk.Visit) async throws -> Response {
        let next = OneTimeValue.random(.link)
        let link = NewLink(
            hash: next.hash, purpose: .resetPassword, user: opened.link.user, event: opened.link.event,
            createdAt: visit.now)
        let event = event(.sessionEnded, opened, visit)
        let isDone = try await database.writeAgain { tx throws(StorageError) in
            try tx.notMe(opened.hash, opened.link, next: link, at: visit.now, event)
        }
        guard isDone else { return desk.show(StepPage(.linkOver), visit) }
        let query = "\(LinkPurpose.parameter)=\(next.revealedText())"
        return desk.seeOther(LinkPurpose.resetPassword.address(query).text)
    }

    private func setPassword(
        _ opened: Opened, _ form: FormParameters, _ visit: PageDesk.Visit
    ) async throws -> Response {
        guard form["new"] == form["repeated"] else { return page(opened, visit, problem: .notRepeated) }
        do {
            let new = try await rules.accept(form["new"] ?? "", of: opened.link.user, in: database)
            let hash = try await hasher.hash(new)
            let device = BrowserCookie.device.value(in: visit.request.headers) ?? .random()
            guard try await set(hash, opened, device, visit) else { return desk.show(StepPage(.linkOver), visit) }
            let step: StepPage.Step = opened.purpose == .invitation ? .registered : .passwordChosen
            var response = desk.show(StepPage(step), visit)
            response.headers[values: .setCookie].append(
                BrowserCookie.device.setting(device, for: ExpiredRows.deviceMemory))
            return response
        } catch StorageError.constraint(.unique, _) {
            return desk.show(StepPage(.emailTaken), visit)
        } catch let error as PasswordError {
            return page(opened, visit, problem: .new(error))
        } catch PasswordHasherError.overloaded(let seconds) {
            return page(opened, visit, problem: .tooBusy(retryAfterSeconds: Int64(seconds)))
        }
    }

    private func set(
        _ hash: PasswordHash, _ opened: Opened, _ device: OneTimeValue, _ visit: PageDesk.Visit
    ) async throws(StorageError) -> Bool {
        let isInvited = opened.purpose == .invitation
        let event = event(isInvited ? .invitationAccepted : .passwordReset, opened, visit)
        return try await database.writeAgain { tx throws(StorageError) in
            let user = opened.link.user
            guard isInvited else {
                return try tx.resetPassword(
                    opened.hash, of: user, to: hash.stored, on: device.hash, at: visit.now, event)
            }
            guard let email = opened.link.email else { return false }
            return try tx.acceptInvitation(
                opened.hash, of: user, email, to: hash.stored, on: device.hash, at: visit.now, event)
        }
    }

    private func confirmEmail(_ opened: Opened, _ visit: PageDesk.Visit) async throws -> Response {
        guard let email = opened.link.email else { return desk.show(StepPage(.linkOver), visit) }
        let event = event(.emailChanged, opened, visit)
        do {
            let isDone = try await database.writeAgain { tx throws(StorageError) in
                try tx.confirmEmail(opened.hash, of: opened.link.user, email, at: visit.now, event)
            }
            return desk.show(StepPage(isDone ? .emailConfirmed : .linkOver), visit)
        } catch StorageError.constraint(.unique, _) {
            return desk.show(StepPage(.emailTaken), visit)
        }
    }

    private func event(_ type: EventType, _ opened: Opened, _ visit: PageDesk.Visit) -> Event {
        Event(
            at: visit.now, type: type, user: opened.link.user, holder: visit.origin.holder,
            requestID: visit.origin.requestID)
    }
}

extension LinkPurpose {
    fileprivate var form: FormPurpose {
        switch self {
        case .allIsWell: .allIsWell
        case .notMe: .notMe
        case .resetPassword: .newPassword
        case .confirmEmail: .confirmEmail
        case .invitation: .acceptInvitation
        case .register: .openAccount
        }
    }

    fileprivate func address(_ query: String) -> OwnAddress {
        switch self {
        case .allIsWell: OwnAddress("/messages/all-is-well", query: query)
        case .notMe: OwnAddress("/messages/not-me", query: query)
        case .resetPassword: OwnAddress("/password/new", query: query)
        case .confirmEmail: OwnAddress("/email/confirm", query: query)
        case .invitation: OwnAddress("/password/first", query: query)
        case .register: OwnAddress("/register/confirm", query: query)
        }
    }

    /// The page that the link leads to.
    var page: String { address("").text }
}
