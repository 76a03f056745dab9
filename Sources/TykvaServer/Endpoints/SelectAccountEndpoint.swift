import Hummingbird
import OAuth
import Storage

/// `/select-account`: go on as who is signed in, or as somebody else (OIDC Core §3.1.2.1, `prompt=select_account`).
struct SelectAccountEndpoint: Sendable {
    let pages: AuthorizationPages

    private var desk: PageDesk { pages.desk }
    private var flow: AuthorizationFlow { pages.flow }

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            switch try await pages.entry(visit) {
            case .again(let opened): return desk.seeOther(opened.beginning)
            case .entered(let opened, let session):
                guard try await isNext(opened, session, visit) else { return desk.seeOther(opened.beginning) }
                return desk.show(
                    SelectAccountPage(
                        pages.form("/select-account", .selectAccount, opened, of: session, visit),
                        person: ShownPerson(session), client: ShownClient(opened.request.client)),
                    visit, uiLocales: opened.request.uiLocales)
            }
        } catch {
            return desk.response(to: error, visit)
        }
    }

    func choose(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        var beginning: OwnAddress?
        do {
            switch try await pages.entry(visit) {
            case .again(let opened): return desk.seeOther(opened.beginning)
            case .entered(var opened, let session):
                beginning = OwnAddress("/authorize", query: opened.query)
                let form = try await desk.posted(.selectAccount, of: session, visit)
                guard try await isNext(opened, session, visit) else { return desk.seeOther(opened.beginning) }
                guard form["account"] == "current" else {
                    return desk.seeOther(opened.address(.signIn, key: pages.requests.ticketKey, at: visit.now))
                }
                opened.ticket?.hasChosenAccount = true
                return desk.response(try await flow.advance(opened, session: session, at: visit.now), visit)
            }
        } catch {
            return desk.response(to: error, visit, again: beginning)
        }
    }

    private func isNext(
        _ opened: OpenedRequest, _ session: BrowserSession, _ visit: PageDesk.Visit
    ) async throws -> Bool {
        guard case .selectAccount = try await flow.step(opened, session: session, at: visit.now) else { return false }
        return true
    }
}

extension ShownPerson {
    init(_ session: BrowserSession) {
        self.init(userName: session.userName, displayName: session.displayName)
    }
}

extension ShownClient {
    init(_ client: Client) { self.init(id: client.id, displayName: client.displayName) }
}
