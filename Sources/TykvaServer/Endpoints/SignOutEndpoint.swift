import HTTPTypes
import Hummingbird
import OAuth
import Storage
import StrictFormats

/// `/logout` (OpenID Connect RP-Initiated Logout 1.0), and the form that asks whether it is meant.
struct SignOutEndpoint: Sendable {
    let desk: PageDesk
    let clients: ClientDirectory
    let keys: KeyRing

    /// Whom an application wants signed out, and where to go then.
    private struct Wish {
        let client: Client?
        /// The `sid` of its hint.
        let session: String?
        let destination: String?
        /// Where its redirect ends: the client's origins.
        let leadsTo: FormTarget?
        let query: String
        let uiLocales: [String]
    }

    /// GET.
    func answer(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            return try await answer(try await wish(request.uri.query ?? ""), visit)
        } catch {
            return desk.response(to: error, visit, again: "/account")
        }
    }

    /// POST by an application: it becomes a query, so that a browser brings its cookie along.
    func answerForm(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            let body = try await ProtocolRequest.formBody(request)
            guard body.count <= Limits.authorizationQueryBytes, body.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw PageRefusal(.badRequest, reason: "the form is too long, or not encoded")
            }
            return desk.seeOther("/logout?\(String(decoding: body, as: UTF8.self))")
        } catch let error as OAuthError {
            return desk.response(to: PageRefusal(.badRequest, reason: "\(error.description)"), visit)
        } catch {
            return desk.response(to: error, visit)
        }
    }

    /// POST of our own form, which is what makes it sure that the person wants it.
    func confirm(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        let visit = desk.visit(request, context)
        do {
            let wish = try await wish(request.uri.query ?? "")
            try desk.refuseForeignForm(visit)
            guard let session = try await desk.session(visit) else { return done(wish, visit) }
            let form = try await desk.posted(.signOut, of: session, visit)
            guard form["decision"] != "stay" else { return desk.seeOther("/account") }
            return try await signOut(session, wish, visit)
        } catch {
            return desk.response(to: error, visit, again: OwnAddress("/account"))
        }
    }

    private func answer(_ wish: Wish, _ visit: PageDesk.Visit) async throws -> Response {
        guard let session = try await desk.session(visit) else { return done(wish, visit) }
        // §2: the hint is of this very session, so the application speaks for who is signed in here.
        if let hinted = wish.session, hinted == session.id.text { return try await signOut(session, wish, visit) }
        let form = desk.form(
            OwnAddress("/sign-out", query: wish.query), .signOut, of: session, visit, leadsTo: wish.leadsTo)
        let client = wish.client.map(ShownClient.init)
        return desk.show(
            ConfirmSignOutPage(form, person: ShownPerson(session), client: client), visit, uiLocales: wish.uiLocales)
    }

    private func signOut(_ session: BrowserSession, _ wish: Wish, _ visit: PageDesk.Visit) async throws -> Response {
        try await desk.sessions.signOut(session, from: visit.origin, at: visit.now)
        var response = done(wish, visit)
        response.headers[values: .setCookie].append(BrowserCookie.session.removal)
        return response
    }

    private func done(_ wish: Wish, _ visit: PageDesk.Visit) -> Response {
        if let destination = wish.destination { return desk.seeOther(destination) }
        return desk.show(SignedOutPage(), visit, uiLocales: wish.uiLocales)
    }

    /// - Throws: `PageRefusal` when the client or the address to go to afterwards is not proven: no redirect then.
    private func wish(_ query: String) async throws -> Wish {
        guard query.utf8.count <= Limits.authorizationQueryBytes, let form = try? FormParameters(query.utf8) else {
            throw PageRefusal(.badRequest, reason: "the parameters of /logout cannot be read")
        }
        var hint: OwnToken?
        if let text = form["id_token_hint"] {
            hint = try await OwnToken.verified(
                text, kind: .idToken, by: keys, issuer: desk.issuer, at: desk.clock.now())
        }
        if form["id_token_hint"] != nil, hint == nil {
            throw PageRefusal(.signOutRefused, reason: "id_token_hint is not an ID token of this issuer")
        }
        let named = form["client_id"]
        if let named, let hint, !hint.audience.contains(named) {
            throw PageRefusal(.signOutRefused, reason: "client_id and id_token_hint name different clients")
        }
        let id = (named ?? hint?.audience.first).flatMap(ClientID.init)
        var client: Client?
        if let id { client = try await clients.client(id) }
        let destination = try Self.destination(form, client)
        return Wish(
            client: client, session: hint?.claims["sid"]?.stringValue, destination: destination,
            leadsTo: destination.flatMap { FormTarget(redirectURI: $0, of: client) }, query: query,
            uiLocales: form["ui_locales"]?.split(separator: " ").map(String.init) ?? [])
    }

    /// §3: compared exactly with what the client registered.
    private static func destination(_ form: FormParameters, _ client: Client?) throws(PageRefusal) -> String? {
        guard let uri = form["post_logout_redirect_uri"] else { return nil }
        guard let client, let known = ValidatedRedirectURI(uri, among: client.postLogoutRedirectURIs) else {
            throw PageRefusal(.signOutRefused, reason: "post_logout_redirect_uri is not registered")
        }
        guard let state = form["state"] else { return known.text }
        return known.text + (known.text.contains("?") ? "&" : "?") + "state=" + percentEncoded(state)
    }
}
