import Foundation
import HTTPTypes
import Hummingbird
import Logging
import TykvaVerifier

/// What each path does.
struct Routes: Sendable {
    let settings: Settings
    let calls: OutgoingCalls
    let flow: CodeFlow
    let sessions: BrowserSessions
    let pending: PendingSignIns

    /// An access token that expires within this time is refreshed first.
    private static let earlySeconds = 10.0

    func home(_ request: Request) async throws -> Response {
        guard let person = await sessions.signIn(cookie(request))?.person else {
            return Page(title: "Hello", body: #"<p>You are not signed in.</p><p><a href="/sign-in">Sign in</a></p>"#)
                .response()
        }
        let name = Page.escaped(person.name ?? person.preferredUsername ?? person.subject)
        let page = Page(
            title: "Hello",
            body: """
                <p>You are signed in as <strong>\(name)</strong> (<code>\(Page.escaped(person.subject))</code>).</p>
                <p><a href="/orders">My orders</a></p>
                <form method="post" action="/sign-out"><button>Sign out everywhere</button></form>
                """)
        return page.response(formOrigin: settings.issuer)
    }

    /// Sends the browser to the issuer.
    func signIn(_ request: Request) async throws -> Response {
        // One cookie for all tabs: two sign-ins at once do not disturb each other.
        let browser = Cookies.browserMark(request) ?? RandomText.make()
        do {
            var response = Response.redirect(
                to: try await flow.authorizationURL(await pending.begin(browser: browser)), type: .normal)
            response.headers[.cacheControl] = "no-store"
            response.setCookie(Cookies.make(Cookies.browser, browser))
            return response
        } catch {
            return Page.refused("Signing in is not possible at the moment.").response(.serviceUnavailable)
        }
    }

    /// Takes the browser back from the issuer.
    func callback(_ request: Request, _ context: some RequestContext) async throws -> Response {
        guard let answer = answer(request), let state = answer["state"],
            let browser = Cookies.browserMark(request), let pending = await pending.take(state: state, browser: browser)
        else { return Page.refused("This sign-in was not begun here, or is over already.").response(.badRequest) }
        do {
            let signIn = try await flow.finish(answer, pending)
            let session = await sessions.begin(signIn, replacing: cookie(request))
            // Without the code in the address bar and in the history.
            var response = Response.redirect(to: "/", type: .normal)
            response.headers[.cacheControl] = "no-store"
            response.setCookie(Cookies.make(Cookies.session, session))
            return response
        } catch {
            context.logger.warning("sign-in failed", metadata: ["reason": "\(error)"])
            switch error {
            case CodeFlowError.refused("access_denied"): return Page.refused("You did not allow it.").response(.ok)
            case CodeFlowError.issuerUnavailable:
                return Page.refused("Signing in is not possible at the moment.").response(.serviceUnavailable)
            default: return Page.refused("The sign-in failed.").response(.badRequest)
            }
        }
    }

    /// Calls another service for the person who is signed in.
    func orders(_ request: Request, _ context: some RequestContext) async throws -> Response {
        guard let cookie = cookie(request), var signIn = await sessions.signIn(cookie) else { return signInFirst() }
        let client = OrdersClient(url: settings.ordersURL, calls: calls)
        do {
            if signIn.accessTokenExpiresAt.timeIntervalSince(flow.now()) < Self.earlySeconds {
                guard let fresh = try await refreshed(cookie) else { return signInFirst() }
                signIn = fresh
            }
            var answer = try await client.list(signIn.accessToken)
            if case .unauthorized = answer {
                guard let fresh = try await refreshed(cookie) else { return signInFirst() }
                answer = try await client.list(fresh.accessToken)
            }
            guard case .orders(let orders) = answer else {
                return Page.refused("The orders service does not let you in.").response(.badGateway)
            }
            let items = orders.map { "<li>\($0.quantity) × \(Page.escaped($0.item))</li>" }.joined()
            return Page(title: "My orders", body: #"<ul>\#(items)</ul><p><a href="/">Back</a></p>"#).response()
        } catch {
            context.logger.warning("orders could not be had", metadata: ["reason": "\(error)"])
            return Page.refused("The orders cannot be had at the moment.").response(.serviceUnavailable)
        }
    }

    /// Ends the session here, then sends the browser to end the one at the issuer, and so those of all applications.
    func signOut(_ request: Request) async throws -> Response {
        // `SameSite` takes another port of this host for the same site; the origin does not.
        if let origin = request.headers[values: .origin].first, origin != settings.baseURL {
            return Page.refused("The form was not ours.").response(.forbidden)
        }
        let signIn = await sessions.end(cookie(request))
        var target = "/signed-out"
        if let signIn, let url = try? await flow.signOutURL(signIn) { target = url }
        var response = Response.redirect(to: target, type: .normal)
        response.headers[.cacheControl] = "no-store"
        response.setCookie(Cookies.expired(Cookies.session))
        return response
    }

    private func refreshed(_ cookie: String) async throws -> SignIn? {
        try await sessions.refresh(cookie) { try await flow.refresh($0) }
    }

    private func signInFirst() -> Response {
        Page(title: "My orders", body: #"<p><a href="/sign-in">Sign in</a> first.</p>"#).response(.unauthorized)
    }

    private func cookie(_ request: Request) -> String? {
        request.cookies[Cookies.session]?.value
    }

    /// The query's parameters, or nil when one of them is there twice (RFC 6749 §3.1).
    private func answer(_ request: Request) -> [String: String]? {
        var answer: [String: String] = [:]
        for (name, value) in request.uri.queryParameters {
            guard answer.updateValue(String(value), forKey: String(name)) == nil else { return nil }
        }
        return answer
    }
}
