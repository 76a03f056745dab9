import Hummingbird
import OAuth
import Storage

/// `/consent`: whether an application may have what it asks for (OIDC Core §3.1.2.4).
struct ConsentEndpoint: Sendable {
    let desk: PageDesk
    let requests: AuthorizationRequests
    let flow: AuthorizationFlow
    let database: any Database

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            let opened = try await requests.open(request.uri.query ?? "", at: visit.now)
            guard let ticket = opened.ticket, !ticket.isOld(at: visit.now), let session = try await desk.session(visit)
            else { return desk.seeOther(opened.beginning) }
            let address = OwnAddress("/consent", query: opened.carriedQuery(key: requests.ticketKey, at: visit.now))
            let target = opened.request.target
            let form = desk.form(address, .consent, of: session, visit, leadsTo: FormTarget(target))
            let claims =
                target.client.claims.attributes + opened.request.claims.idToken + opened.request.claims.userInfo
            return desk.show(
                ConsentPage(
                    form, client: ShownClient(id: target.client.id, displayName: target.client.displayName),
                    person: ShownPerson(session), redirectHost: target.redirectURI.shownHost,
                    scope: opened.request.consentScope, claims: Self.unique(claims.map(\.text))),
                visit, uiLocales: opened.request.uiLocales)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    func decide(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        var beginning: OwnAddress?
        do {
            let opened = try await requests.open(request.uri.query ?? "", at: visit.now)
            beginning = OwnAddress("/authorize", query: opened.query)
            guard let session = try await desk.session(visit) else { return desk.seeOther(opened.beginning) }
            let form = try await desk.posted(.consent, of: session, visit)
            guard let ticket = opened.ticket, !ticket.isOld(at: visit.now) else {
                return desk.seeOther(opened.beginning)
            }
            guard form["decision"] == "allow" else {
                return desk.response(flow.refuse(.accessDenied(reason: "consent was denied"), opened), visit)
            }
            try await grant(opened, session, visit)
            return desk.response(
                try await flow.advance(opened, session: session, hasConsented: true, at: visit.now), visit)
        } catch {
            return desk.response(to: error, visit, again: beginning)
        }
    }

    private func grant(_ opened: OpenedRequest, _ session: BrowserSession, _ visit: PageDesk.Visit) async throws {
        let client = opened.request.client.id
        let consent = Consent(
            user: session.user, client: client, scope: opened.request.consentScope, grantedAt: visit.now)
        let event = Event(
            at: visit.now, type: .consentGranted, user: session.user, client: client, session: session.id,
            holder: visit.origin.holder, requestID: visit.origin.requestID)
        try await database.writeAgain { tx throws(StorageError) in try tx.grant(consent, event) }
    }

    private static func unique(_ names: [String]) -> [String] {
        names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
