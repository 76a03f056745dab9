import Hummingbird
import OAuth
import Storage

/// `/select-account`: go on as who is signed in, or as somebody else (OIDC Core §3.1.2.1, `prompt=select_account`).
struct SelectAccountEndpoint: Sendable {
    let desk: PageDesk
    let requests: AuthorizationRequests
    let flow: AuthorizationFlow

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            let opened = try await requests.open(request.uri.query ?? "", at: visit.now)
            guard let ticket = opened.ticket, !ticket.isOld(at: visit.now), let session = try await desk.session(visit)
            else { return desk.seeOther(opened.beginning) }
            let address = OwnAddress(
                "/select-account", query: opened.carriedQuery(key: requests.ticketKey, at: visit.now))
            let form = desk.form(
                address, .selectAccount, of: session, visit, leadsTo: FormTarget(opened.request.target))
            let client = opened.request.client
            return desk.show(
                SelectAccountPage(
                    form, person: ShownPerson(session),
                    client: ShownClient(id: client.id, displayName: client.displayName)),
                visit, uiLocales: opened.request.uiLocales)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    func choose(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        var beginning: OwnAddress?
        do {
            var opened = try await requests.open(request.uri.query ?? "", at: visit.now)
            beginning = OwnAddress("/authorize", query: opened.query)
            guard let session = try await desk.session(visit) else { return desk.seeOther(opened.beginning) }
            let form = try await desk.posted(.selectAccount, of: session, visit)
            guard let ticket = opened.ticket, !ticket.isOld(at: visit.now) else {
                return desk.seeOther(opened.beginning)
            }
            guard form["account"] == "current" else {
                return desk.seeOther(opened.address(.signIn, key: requests.ticketKey, at: visit.now))
            }
            opened.ticket?.hasChosenAccount = true
            return desk.response(try await flow.advance(opened, session: session, at: visit.now), visit)
        } catch {
            return desk.response(to: error, visit, again: beginning)
        }
    }
}

extension ShownPerson {
    init(_ session: BrowserSession) {
        self.init(userName: session.userName, displayName: session.displayName)
    }
}
