import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import OAuth
import Secrets
import Storage

/// What every endpoint for people works with: it shows pages, reads their forms, and knows who is signed in.
struct PageDesk: Sendable {
    let issuer: Issuer
    let renderer: PageRenderer
    let formTokens: FormTokens
    let sessions: BrowserSessions
    let clock: DeploymentClock
    let proxies: TrustedProxies
    /// Whether people can be written to, so that links by mail are of use.
    let sendsMail: Bool
    /// Whether people may make accounts for themselves.
    let offersRegistration: Bool

    /// - Throws: When a template or a text of this build is malformed.
    init(
        _ database: any Database, _ secrets: MasterSecrets, _ configuration: ServerConfiguration,
        _ clock: DeploymentClock
    ) throws {
        issuer = configuration.issuer
        renderer = try PageRenderer(branding: configuration.branding)
        formTokens = FormTokens(
            key: secrets.active.derive(.pages, context: "form " + configuration.issuer.text))
        sessions = BrowserSessions(
            database: database, issuer: configuration.issuer, lifetimes: configuration.lifetimes)
        self.clock = clock
        proxies = configuration.trustedProxies
        sendsMail = configuration.sendsMail
        offersRegistration = configuration.registration != nil
    }

    /// One request of a browser.
    struct Visit: Sendable {
        let request: Request
        let origin: RequestOrigin
        let logger: Logger
        let now: Milliseconds
        /// The cookie that forms are bound to: the browser's own, or a new one that the answer sets.
        let formCookie: OneTimeValue
        let hasFormCookie: Bool
    }

    func visit(_ request: Request, _ context: some IssuerRequestContext) -> Visit {
        let cookie = BrowserCookie.form.value(in: request.headers)
        return Visit(
            request: request, origin: proxies.origin(of: request, context), logger: context.logger, now: clock.now(),
            formCookie: cookie ?? .random(), hasFormCookie: cookie != nil)
    }

    func session(_ visit: Visit) async throws(StorageError) -> BrowserSession? {
        try await sessions.session(of: visit.request, from: visit.origin, at: visit.now)
    }

    /// The token of a form on a page of this visit.
    func form(
        _ action: OwnAddress, _ purpose: FormPurpose, of session: BrowserSession? = nil, _ visit: Visit,
        leadsTo: FormTarget? = nil
    ) -> PageForm {
        PageForm(
            action, token: formTokens.token(purpose, of: session?.id.text ?? "", for: visit.formCookie),
            leadsTo: leadsTo)
    }

    /// A form that was sent, when it is one of ours, from this browser, for this purpose.
    ///
    /// - Throws: `PageRefusal`.
    func posted(
        _ purpose: FormPurpose, of session: BrowserSession? = nil, _ visit: Visit
    ) async throws(PageRefusal) -> FormParameters {
        try refuseForeignForm(visit)
        let form: FormParameters
        do {
            form = try await ProtocolRequest.formOfPage(visit.request)
        } catch is NIOTooManyBytesError {
            throw PageRefusal(.tooLarge, reason: "the form is too large")
        } catch {
            throw PageRefusal(.badRequest, reason: "\(error)")
        }
        guard visit.hasFormCookie else { throw PageRefusal(.cookiesNeeded, reason: "the form came without its cookie") }
        guard
            formTokens.accepts(
                form[PageForm.tokenField], purpose, of: session?.id.text ?? "", from: visit.formCookie)
        else { throw PageRefusal(.pageIsOld, reason: "the form's token is another visit's") }
        return form
    }

    /// The same, or nil for a form that is only too old: its page is shown again.
    func postedOrOld(_ purpose: FormPurpose, _ visit: Visit) async throws(PageRefusal) -> FormParameters? {
        do throws(PageRefusal) {
            return try await posted(purpose, visit)
        } catch {
            guard error.kind == .pageIsOld || error.kind == .cookiesNeeded else { throw error }
            return nil
        }
    }

    /// - Throws: `PageRefusal` for a form that another site has sent.
    func refuseForeignForm(_ visit: Visit) throws(PageRefusal) {
        guard let refusal = OwnForms.refusal(of: visit.request.headers, issuer: issuer) else { return }
        throw PageRefusal(.foreignForm, reason: refusal.rawValue)
    }

    func show(_ page: some Page, _ visit: Visit, uiLocales: [String] = []) -> Response {
        remembering(visit, renderer.response(page, in: language(visit, uiLocales: uiLocales)))
    }

    func language(_ visit: Visit, uiLocales: [String] = []) -> PageLanguage {
        PageLanguage.of(visit.request.headers, uiLocales: uiLocales.joined(separator: " "))
    }

    /// Gives the browser the cookie that forms and tickets are bound to, when it has none.
    private func remembering(_ visit: Visit, _ response: Response) -> Response {
        guard !visit.hasFormCookie else { return response }
        var response = response
        response.headers[values: .setCookie].append(BrowserCookie.form.setting(visit.formCookie))
        return response
    }

    /// RFC 9700 §4.12: 303, so that no browser sends a password on.
    func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location, .cacheControl: "no-store"])
    }

    /// Where a request has led: to a page of ours, or to the application.
    func response(_ outcome: AuthorizationFlow.Outcome, _ visit: Visit) -> Response {
        switch outcome {
        case .page(let address):
            remembering(visit, seeOther(address))
        case .answer(let answer): response(answer, visit)
        }
    }

    private func response(_ answer: AuthorizationResponse, _ visit: Visit) -> Response {
        guard answer.target.responseMode == .formPost,
            let page = FormPostPage(redirectURI: answer.target.redirectURI.text, parameters: answer.parameters)
        else { return seeOther(answer.location) }
        return show(page, visit)
    }

    /// Tells whatever went wrong, where it belongs.
    func response(to error: any Error, _ visit: Visit, again: OwnAddress? = nil) -> Response {
        switch error {
        case AuthorizationError.page(let unproven, let refusal):
            note(refusal, visit)
            let kind: ErrorPage.Kind =
                switch unproven {
                case .client: .unknownClient
                case .redirectURI: .wrongRedirect
                case .request: .badRequest
                }
            return show(ErrorPage(kind, requestID: visit.origin.requestID, developer: refusal), visit)
        case AuthorizationError.redirect(let refusal, to: let target):
            note(refusal, of: target.client.id, visit)
            return response(AuthorizationResponse(refusal, to: target, issuer: issuer), visit)
        case let refusal as PageRefusal:
            note(refusal.kind.rawValue, refusal.reason, visit)
            return show(ErrorPage(refusal.kind, requestID: visit.origin.requestID, again: again), visit)
        case let refusal as GuessRefusal:
            note("too_many_guesses", "\(refusal)", visit)
            return show(
                ErrorPage(
                    .tooManyRequests, requestID: visit.origin.requestID, again: again,
                    retryAfterSeconds: refusal.retryAfterSeconds), visit)
        default:
            return trouble(error, visit, again: again)
        }
    }

    private func trouble(_ error: any Error, _ visit: Visit, again: OwnAddress?) -> Response {
        let seconds: Int
        var kind = ErrorPage.Kind.unavailable
        switch error {
        case StorageError.overloaded(let retry), PasswordHasherError.overloaded(let retry):
            (seconds, kind) = (retry, .tooBusy)
        default: seconds = Limits.storageRetrySeconds
        }
        visit.logger.error("a page failed", metadata: ["error": "\(error)"])
        return show(
            ErrorPage(
                kind, requestID: visit.origin.requestID, again: again, retryAfterSeconds: Int64(seconds)), visit)
    }

    private func note(_ refusal: OAuthError, of client: ClientID? = nil, _ visit: Visit) {
        let reason = [client.map { "client \($0)" }, "\(refusal.description)", refusal.reason]
        note(refusal.code.rawValue, reason.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ": "), visit)
    }

    private func note(_ error: String, _ reason: String, _ visit: Visit) {
        visit.logger.info("refused", metadata: ["error": "\(error)", "reason": "\(reason)"])
    }
}

/// A form or an address that our pages do not take, told on a page.
struct PageRefusal: Error {
    let kind: ErrorPage.Kind
    /// For the log.
    let reason: String

    init(_ kind: ErrorPage.Kind, reason: String) {
        self.kind = kind
        self.reason = reason
    }
}
