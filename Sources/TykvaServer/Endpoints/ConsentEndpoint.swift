import Hummingbird
import OAuth
import Storage

/// `/consent`: whether an application may have what it asks for (OIDC Core §3.1.2.4).
struct ConsentEndpoint: Sendable {
    let pages: AuthorizationPages
    let database: any Database

    private var desk: PageDesk { pages.desk }
    private var flow: AuthorizationFlow { pages.flow }

    func show(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            switch try await pages.entry(visit) {
            case .again(let opened): return desk.seeOther(opened.beginning)
            case .entered(let opened, let session):
                guard try await isNext(opened, session, visit) else { return desk.seeOther(opened.beginning) }
                return page(opened, session, visit)
            }
        } catch {
            return desk.response(to: error, visit)
        }
    }

    func decide(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        var beginning: OwnAddress?
        do {
            switch try await pages.entry(visit) {
            case .again(let opened): return desk.seeOther(opened.beginning)
            case .entered(let opened, let session):
                beginning = OwnAddress("/authorize", query: opened.query)
                let form = try await desk.posted(.consent, of: session, visit)
                // Whatever was allowed meanwhile in another tab: who says no here is not sent on with a code.
                guard form["decision"] == "allow" else {
                    return desk.response(
                        try await flow.refuse(.accessDenied(reason: "consent was denied"), opened), visit)
                }
                guard try await isNext(opened, session, visit) else { return desk.seeOther(opened.beginning) }
                try await grant(opened, session, visit)
                return desk.response(
                    try await flow.advance(opened, session: session, hasConsented: true, at: visit.now), visit)
            }
        } catch {
            return desk.response(to: error, visit, again: beginning)
        }
    }

    private func page(_ opened: OpenedRequest, _ session: BrowserSession, _ visit: PageDesk.Visit) -> Response {
        let request = opened.request
        let claims = request.client.claims.attributes + request.claims.idToken + request.claims.userInfo
        return desk.show(
            ConsentPage(
                pages.form("/consent", .consent, opened, of: session, visit), client: ShownClient(request.client),
                person: ShownPerson(session), redirectHost: request.target.redirectURI.shownHost,
                scope: request.consentScope, claims: Self.unique(claims.map(\.text))),
            visit, uiLocales: request.uiLocales)
    }

    private func isNext(
        _ opened: OpenedRequest, _ session: BrowserSession, _ visit: PageDesk.Visit
    ) async throws -> Bool {
        guard case .consent = try await flow.step(opened, session: session, at: visit.now) else { return false }
        return true
    }

    private func grant(_ opened: OpenedRequest, _ session: BrowserSession, _ visit: PageDesk.Visit) async throws {
        let client = opened.request.client.id
        let consent = Consent(
            user: session.user, client: client, scope: opened.request.consentScope, grantedAt: visit.now)
        let event = Event(
            at: visit.now, type: .consentGranted, user: session.user, client: client, session: session.id,
            holder: visit.origin.holder, requestID: visit.origin.requestID)
        do {
            try await database.writeAgain { tx throws(StorageError) in try tx.grant(consent, event) }
        } catch .constraint(.foreignKey, _) {
            throw AuthorizationError.page(
                .client, .invalidRequest("this application is not known here", reason: "the client was removed"))
        }
    }

    private static func unique(_ names: [String]) -> [String] {
        names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
