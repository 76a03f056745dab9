import HTTPTypes
import Hummingbird
import Logging
import OAuth
import Secrets
import Storage

/// `/sign-in`: the one place where people give their password, for an application or for their own account pages.
struct SignInEndpoint: Sendable {
    private static let account = "/account"
    let desk: PageDesk
    let requests: AuthorizationRequests
    let flow: AuthorizationFlow
    let passwords: PasswordCheck

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            guard let opened = try await opened(visit) else {
                if try await desk.session(visit) != nil { return desk.seeOther(Self.account) }
                return page(nil, visit)
            }
            guard let ticket = opened.ticket, !ticket.isOld(at: visit.now) else {
                return desk.seeOther(opened.beginning)
            }
            return page(opened, visit, userName: opened.request.loginHint)
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
            let user = try await passwords.user(
                named: name, password: form["password"] ?? "", client: client, from: visit.origin, at: visit.now)
            let former = try await desk.session(visit)
            guard
                let (session, cookie) = try await desk.sessions.signIn(
                    user, replacing: former, for: client, from: visit.origin, at: visit.now)
            else { throw PasswordCheck.refusal("the user was disabled or removed, or has another password now") }
            passwords.countSuccess()
            var response = try await next(opened, session, visit)
            response.headers[values: .setCookie].append(BrowserCookie.session.setting(cookie))
            return response
        } catch let error as OAuthError where error.code == .invalidGrant {
            visit.logger.info("refused", metadata: ["error": "sign_in", "reason": "\(error.reason)"])
            return page(opened, visit, userName: name, problem: .wrongPair)
        } catch PasswordHasherError.overloaded(let seconds) {
            visit.logger.warning("refused", metadata: ["error": "sign_in", "reason": "the password queue is full"])
            return page(opened, visit, userName: name, problem: .tooBusy(retryAfterSeconds: Int64(seconds)))
        }
    }

    private func next(
        _ opened: OpenedRequest?, _ session: BrowserSession, _ visit: PageDesk.Visit
    ) async throws -> Response {
        guard let opened else { return desk.seeOther(Self.account) }
        return desk.response(try await flow.advance(opened, session: session, at: visit.now), visit)
    }

    /// - Returns: Nil when nobody asked for the sign-in but the person.
    private func opened(_ visit: PageDesk.Visit) async throws -> OpenedRequest? {
        guard let query = visit.request.uri.query, !query.isEmpty else { return nil }
        return try await requests.open(query, at: visit.now)
    }

    private func page(
        _ opened: OpenedRequest?, _ visit: PageDesk.Visit, userName: String? = nil, problem: SignInPage.Problem? = nil
    ) -> Response {
        // A form that was refused for its age begins the same request again.
        var fresh = opened
        if problem == .pageIsOld { fresh?.ticket = nil }
        let action = fresh.map {
            OwnAddress("/sign-in", query: $0.carriedQuery(key: requests.ticketKey, at: visit.now))
        }
        let form = desk.form(
            action ?? OwnAddress("/sign-in"), .signIn, visit, leadsTo: opened.flatMap { FormTarget($0.request.target) })
        let client = opened.map { ShownClient(id: $0.request.client.id, displayName: $0.request.client.displayName) }
        return desk.show(
            SignInPage(form, client: client, userName: userName, problem: problem), visit,
            uiLocales: opened?.request.uiLocales ?? [])
    }
}
