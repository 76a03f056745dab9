import Hummingbird
import Mail
import OAuth
import Secrets
import Storage

/// `/register`: an account for whoever proves an address. Not there unless the operator has switched it on.
///
/// The answer is the same whether or not the address is an account's, in words and in time: whose it is is looked up
/// after the answer. The password is chosen by whoever reads the mail, never by whoever asks: an account that waits for
/// its owner with a stranger's password would be the stranger's too.
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

    /// A link that is good now.
    private struct Opened {
        let hash: TokenHash
        let wish: OpenRegistration
    }

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
        // Each costs a row and a mail: counted by network, like requests for a new password.
        try await guesses.failed(.register, from: visit.origin.holder.address, at: visit.now)
        let locales = opened?.request.uiLocales ?? []
        requests.note(
            NewRegistration(
                email: email, displayName: name, language: desk.language(visit, uiLocales: locales).rawValue,
                query: opened?.query ?? "", createdAt: visit.now), from: visit.origin)
        return desk.show(StepPage(.registrationSent), visit, uiLocales: locales)
    }

    /// Where the link of the mail leads: the password is chosen there. Opening it only asks.
    func showLink(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            guard let opened = try await open(visit) else { return desk.show(StepPage(.linkOver), visit) }
            return page(opened, visit)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    func useLink(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            guard let opened = try await open(visit) else { return desk.show(StepPage(.linkOver), visit) }
            guard let form = try await desk.postedOrOld(.openAccount, visit) else { return page(opened, visit) }
            return try await makeAccount(opened, form, visit)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    /// Nil for a link that is not good, which counts.
    private func open(_ visit: PageDesk.Visit) async throws -> Opened? {
        guard registration != nil,
            let text = visit.request.uri.queryParameters[Substring(LinkPurpose.parameter)],
            let value = OneTimeValue(presented: String(text), prefix: .link)
        else { return nil }
        let address = visit.origin.holder.address
        guard let wish = try await registrations.find(value.hash, at: visit.now) else {
            try await guesses.failed(.link, from: address, at: visit.now)
            return nil
        }
        return Opened(hash: value.hash, wish: wish)
    }

    /// The browser in which the password is chosen is known from now on, as after the other links.
    private func makeAccount(
        _ opened: Opened, _ form: FormParameters, _ visit: PageDesk.Visit
    ) async throws -> Response {
        guard form["new"] == form["repeated"] else { return page(opened, visit, problem: .notRepeated) }
        let email = opened.wish.email.text
        do {
            let password = try await rules.accept(
                form["new"] ?? "",
                for: PasswordOwner(userName: email, email: email, displayName: opened.wish.displayName))
            let hash = try await hasher.hash(password)
            let device = BrowserCookie.device.value(in: visit.request.headers) ?? .random()
            let outcome = try await registrations.complete(
                opened.hash, with: hash, on: device.hash, from: visit.origin, at: visit.now)
            switch outcome {
            case .registered(let query): return registered(query, device, visit)
            case .linkIsOver: return desk.show(StepPage(.linkOver), visit)
            case .taken: return desk.show(StepPage(.emailTaken), visit)
            }
        } catch let error as PasswordError {
            return page(opened, visit, problem: .new(error))
        } catch PasswordHasherError.overloaded(let seconds) {
            return page(opened, visit, problem: .tooBusy(retryAfterSeconds: Int64(seconds)))
        }
    }

    private func registered(_ query: String, _ device: OneTimeValue, _ visit: PageDesk.Visit) -> Response {
        let next: OwnAddress = query.isEmpty ? "/sign-in" : OwnAddress("/authorize", query: query)
        var response = desk.show(StepPage(.registered, next: next), visit)
        response.headers[values: .setCookie].append(BrowserCookie.device.setting(device, for: ExpiredRows.deviceMemory))
        return response
    }

    private func page(
        _ opened: Opened, _ visit: PageDesk.Visit, problem: PasswordPage.Problem? = nil
    ) -> Response {
        let address = OwnAddress("/register/confirm", query: visit.request.uri.query ?? "")
        return desk.show(
            NewPasswordPage(
                desk.form(address, .openAccount, visit), .registration, userName: opened.wish.email.text,
                minimum: rules.minimum, problem: problem), visit)
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
                form, client: opened.map { ShownClient($0.request.client) }, typed: typed, signInAddress: signIn,
                problem: problem),
            visit, uiLocales: opened?.request.uiLocales ?? [])
    }
}
