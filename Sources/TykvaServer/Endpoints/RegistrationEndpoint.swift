import HTTPTypes
import Hummingbird
import Mail
import OAuth
import Secrets
import Storage

/// `/register`: an account for whoever proves an address. Not there unless the operator has switched it on.
///
/// The answer is the same whether or not the address is an account's, in words and in time: the password is hashed in
/// any case, and whose address it is is looked up after the answer.
struct RegistrationEndpoint: Sendable {
    let pages: AuthorizationPages
    /// Nil where nobody registers.
    let registration: Registration?
    let registrations: Registrations
    let requests: RegistrationRequests
    let hasher: PasswordHasher
    /// What a password is held against.
    let rules: PasswordRules
    let guesses: NetworkGuesses

    private var desk: PageDesk { pages.desk }
    private static let isOff = PageRefusal(.notFound, reason: "registration is off")

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            guard registration != nil else { throw Self.isOff }
            return page(try await opened(visit), visit)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    func send(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            guard let registration else { throw Self.isOff }
            let opened = try await opened(visit)
            guard let form = try await desk.postedOrOld(.register, visit) else {
                return page(opened, visit, problem: .pageIsOld)
            }
            return try await send(form, registration, opened, visit)
        } catch {
            return desk.response(to: error, visit, again: "/register")
        }
    }

    private func send(
        _ form: FormParameters, _ registration: Registration, _ opened: OpenedRequest?, _ visit: PageDesk.Visit
    ) async throws -> Response {
        let typed = RegisterPage.Typed(email: form["email"] ?? "", name: form["name"] ?? "")
        guard let email = try? EmailAddress(typed.email), (try? MailAddress(email.text)) != nil,
            (try? UserName(email.text)) != nil
        else { return page(opened, visit, typed, problem: .malformedEmail) }
        guard registration.takes(email) else {
            return page(opened, visit, typed, problem: .otherDomain(registration.domains))
        }
        let name: String?
        do throws(InvalidValue) {
            name = try NewUser.displayName(form["name"])
        } catch {
            return page(opened, visit, typed, problem: .malformedName)
        }
        guard form["new"] == form["repeated"] else {
            return page(opened, visit, typed, problem: .password(.notRepeated))
        }
        // Each costs a hash, a row and a mail: counted by network, like requests for a new password.
        try guesses.check(.register, from: visit.origin.holder.address, at: visit.now)
        do {
            let password = try await rules.accept(
                form["new"] ?? "",
                for: PasswordOwner(userName: email.text, email: email.text, displayName: name))
            try await guesses.failed(.register, from: visit.origin.holder.address, at: visit.now)
            let hash = try await hasher.hash(password)
            requests.note(
                NewRegistration(
                    email: email, displayName: name, passwordHash: hash.stored,
                    language: desk.language(visit, uiLocales: opened?.request.uiLocales ?? []).rawValue,
                    query: opened?.query ?? "", createdAt: visit.now), from: visit.origin)
            return desk.show(StepPage(.registrationSent), visit, uiLocales: opened?.request.uiLocales ?? [])
        } catch let error as PasswordError {
            return page(opened, visit, typed, problem: .password(.new(error)))
        } catch PasswordHasherError.overloaded(let seconds) {
            return page(opened, visit, typed, problem: .password(.tooBusy(retryAfterSeconds: Int64(seconds))))
        }
    }

    /// Where the link of the mail leads. Opening it only asks.
    func showLink(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            return try await linkPage(visit)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    func useLink(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            guard registration != nil, let link = link(visit), try await desk.postedOrOld(.openAccount, visit) != nil
            else { return try await linkPage(visit) }
            switch try await registrations.complete(link, from: visit.origin, at: visit.now) {
            case .registered(let query):
                let next: OwnAddress = query.isEmpty ? "/sign-in" : OwnAddress("/authorize", query: query)
                return desk.show(StepPage(.registered, next: next), visit)
            case .linkIsOver: return desk.show(StepPage(.linkOver), visit)
            case .taken: return desk.show(StepPage(.emailTaken), visit)
            }
        } catch {
            return desk.response(to: error, visit)
        }
    }

    private func linkPage(_ visit: PageDesk.Visit) async throws -> Response {
        guard registration != nil, let link = link(visit),
            let open = try await registrations.find(link, at: visit.now)
        else { return desk.show(StepPage(.linkOver), visit) }
        let address = OwnAddress("/register/confirm", query: visit.request.uri.query ?? "")
        return desk.show(StepPage(.register, desk.form(address, .openAccount, visit), value: open.email.text), visit)
    }

    private func link(_ visit: PageDesk.Visit) -> TokenHash? {
        visit.request.uri.queryParameters[Substring(LinkPurpose.parameter)].flatMap {
            OneTimeValue(presented: String($0), prefix: .link)?.hash
        }
    }

    /// - Returns: Nil when no application asked for the sign-in.
    private func opened(_ visit: PageDesk.Visit) async throws -> OpenedRequest? {
        guard let query = visit.request.uri.query, !query.isEmpty else { return nil }
        return try await pages.requests.open(visit)
    }

    private func page(
        _ opened: OpenedRequest?, _ visit: PageDesk.Visit, _ typed: RegisterPage.Typed = .init(),
        problem: RegisterPage.Problem? = nil
    ) -> Response {
        let form =
            opened.map { pages.form("/register", .register, $0, visit) } ?? desk.form("/register", .register, visit)
        let signIn = opened?.address(.signIn, key: pages.requests.ticketKey, at: visit.now) ?? "/sign-in"
        return desk.show(
            RegisterPage(
                form, client: opened.map { ShownClient($0.request.client) }, typed: typed, minimum: rules.minimum,
                signInAddress: signIn, problem: problem),
            visit, uiLocales: opened?.request.uiLocales ?? [])
    }
}
