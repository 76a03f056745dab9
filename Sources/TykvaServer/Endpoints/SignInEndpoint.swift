import HTTPTypes
import Hummingbird
import Logging
import OAuth
import Secrets
import Storage

/// `/sign-in`: the one place where people give their password, for an application or for their own account pages.
struct SignInEndpoint: Sendable {
    let pages: AuthorizationPages
    let passwords: PasswordCheck

    private var desk: PageDesk { pages.desk }

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            let session = try await desk.session(visit)
            guard let opened = try await opened(visit) else {
                return session == nil ? page(nil, visit) : desk.seeOther(Self.account(visit))
            }
            // Without its cookie the browser would be sent round for ever; the form tells what is missing.
            if visit.hasFormCookie, opened.ticket.map({ $0.isOld(at: visit.now) }) ?? true {
                return desk.seeOther(opened.beginning)
            }
            guard let session else { return page(opened, visit, userName: opened.request.loginHint) }
            switch try await pages.flow.step(opened, session: session, at: visit.now) {
            case .signIn:
                let isExpected = opened.expectedSubject.map { $0 == session.user.text } ?? true
                return page(opened, visit, person: isExpected ? session : nil, userName: opened.request.loginHint)
            case .selectAccount:
                return page(opened, visit, userName: opened.request.loginHint)
            case .refuse, .consent, .issueCode:
                // Signed in meanwhile, in another tab or before the way back.
                return desk.response(try await pages.flow.advance(opened, session: session, at: visit.now), visit)
            }
        } catch {
            return desk.response(to: error, visit)
        }
    }

    func signIn(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            let opened = try await opened(visit)
            do {
                let form = try await desk.posted(.signIn, visit)
                guard opened?.ticket.map({ !$0.isOld(at: visit.now) }) ?? (opened == nil) else {
                    return page(opened, visit, problem: .pageIsOld)
                }
                return try await signIn(form, opened, visit)
            } catch let refusal as PageRefusal where refusal.kind == .pageIsOld {
                return page(opened, visit, problem: .pageIsOld)
            } catch let refusal as PageRefusal where refusal.kind == .cookiesNeeded {
                return page(opened, visit, problem: .cookiesNeeded)
            }
        } catch {
            return desk.response(to: error, visit)
        }
    }

    private func signIn(_ form: FormParameters, _ opened: OpenedRequest?, _ visit: PageDesk.Visit) async throws
        -> Response
    {
        let name = form["username"] ?? ""
        let client = opened?.request.client.id
        do {
            let known = BrowserCookie.device.value(in: visit.request.headers)
            let user = try await passwords.user(
                named: name, password: form["password"] ?? "", on: known?.hash, client: client, from: visit.origin,
                at: visit.now)
            let former = try await desk.session(visit)
            let device = known ?? .random()
            guard
                let signedIn = try await desk.sessions.signIn(
                    user, replacing: former, for: client, on: device,
                    in: desk.language(visit, uiLocales: opened?.request.uiLocales ?? []), from: visit.origin,
                    at: visit.now)
            else { throw PasswordCheck.refusal("the user was disabled or removed, or has another password now") }
            passwords.countSuccess()
            // Signed in is signed in, whatever becomes of the request: the cookie goes out in any case.
            var response: Response
            do {
                response = try await next(opened, signedIn, on: device, visit)
            } catch {
                response = desk.response(to: error, visit)
            }
            response.headers[values: .setCookie] += [
                BrowserCookie.session.setting(signedIn.cookie),
                BrowserCookie.device.setting(device, for: ExpiredRows.deviceMemory),
            ]
            return response
        } catch let error as OAuthError where error.code == .invalidGrant {
            visit.logger.info("refused", metadata: ["error": "sign_in", "reason": "\(error.reason)"])
            return page(opened, visit, userName: name, problem: .wrongPair)
        } catch let refusal as GuessRefusal {
            visit.logger.info("refused", metadata: ["error": "sign_in", "reason": "\(refusal)"])
            let problem = SignInPage.Problem.heldUp(retryAfterSeconds: refusal.retryAfterSeconds)
            return page(opened, visit, userName: name, problem: problem)
        } catch PasswordHasherError.overloaded(let seconds) {
            visit.logger.warning("refused", metadata: ["error": "sign_in", "reason": "the password queue is full"])
            return page(opened, visit, userName: name, problem: .tooBusy(retryAfterSeconds: Int64(seconds)))
        }
    }

    private func next(
        _ opened: OpenedRequest?, _ signedIn: BrowserSessions.SignedIn, on device: OneTimeValue, _ visit: PageDesk.Visit
    ) async throws -> Response {
        let notices = try await pages.news(signedIn, on: device, at: visit.now)
        guard notices.isEmpty else {
            let next = opened?.address(.signIn, key: pages.requests.ticketKey, at: visit.now) ?? Self.account(visit)
            let locales = opened?.request.uiLocales ?? []
            return desk.show(NoticesPage(notices: notices, next: next), visit, uiLocales: locales)
        }
        guard let opened else { return desk.seeOther(Self.account(visit)) }
        return desk.response(try await pages.flow.advance(opened, session: signedIn.session, at: visit.now), visit)
    }

    /// The account page that the person was on the way to.
    private static func section(_ visit: PageDesk.Visit) -> AccountFrame.Section? {
        visit.request.uri.query.flatMap(AccountFrame.Section.init(signInQuery:))
    }

    private static func account(_ visit: PageDesk.Visit) -> String {
        (section(visit) ?? .profile).address.text
    }

    /// - Returns: Nil when nobody asked for the sign-in but the person.
    private func opened(_ visit: PageDesk.Visit) async throws -> OpenedRequest? {
        guard let query = visit.request.uri.query, !query.isEmpty, Self.section(visit) == nil else { return nil }
        return try await pages.requests.open(visit)
    }

    private func page(
        _ opened: OpenedRequest?, _ visit: PageDesk.Visit, person: BrowserSession? = nil, userName: String? = nil,
        problem: SignInPage.Problem? = nil
    ) -> Response {
        // A form that was refused for its age begins the same request again.
        var fresh = opened
        if problem == .pageIsOld { fresh?.ticket = nil }
        let form =
            fresh.map { pages.form("/sign-in", .signIn, $0, visit) }
            ?? desk.form(Self.section(visit)?.signIn ?? "/sign-in", .signIn, visit)
        let client = opened.map { ShownClient($0.request.client) }
        var register: String?
        if desk.offersRegistration {
            register = fresh?.address(.register, key: pages.requests.ticketKey, at: visit.now) ?? "/register"
        }
        return desk.show(
            SignInPage(
                form, client: client, person: person.map(ShownPerson.init), userName: userName, problem: problem,
                canReset: desk.sendsMail, registerAddress: register),
            visit,
            uiLocales: opened?.request.uiLocales ?? [])
    }
}
