import HTTPTypes
package import Hummingbird
import Storage

/// Every route of the issuer, on one screen.
package struct Routes: Sendable {
    let token: TokenEndpoint
    let revocation: RevocationEndpoint
    let introspection: IntrospectionEndpoint
    let userInfo: UserInfoEndpoint
    let pushedRequest: PushedRequestEndpoint
    let authorization: AuthorizationEndpoint
    let signIn: SignInEndpoint
    let selectAccount: SelectAccountEndpoint
    let consent: ConsentEndpoint
    let signOut: SignOutEndpoint
    let account: AccountEndpoint
    let link: LinkEndpoint
    let forgotPassword: ForgotPasswordEndpoint
    let registration: RegistrationEndpoint
    let security: SecurityEndpoint
    let metadata: MetadataEndpoint
    let keySet: KeySetEndpoint
    let health: HealthEndpoint
    /// Nil when they are switched off.
    let rates: RequestRates?
    let pages: PageRenderer
    let clients: ClientDirectory
    let isSecure: Bool
    let proxies: TrustedProxies
    let arePeersChecked: Bool

    /// Routes with what stands around them: headers of every answer, counts and logs, rendered errors, and refusals
    /// that no endpoint sees.
    ///
    /// - Parameter hasFrontPage: Whether somebody else answers at `/`; else it leads to the account pages.
    package func install(on router: Router<ServeRequestContext>, hasFrontPage: Bool = false) {
        router.add(middleware: ResponseHeaders(isSecure: isSecure))
        router.add(middleware: RequestLog(now: { ContinuousClock.now }, notFound: NotFound(pages)))
        router.add(middleware: ProxyPeers(proxies, arePeersChecked: arePeersChecked))
        router.add(middleware: RequestRateLimit(rates, proxies, pages))
        router.add(middleware: CanonicalRequests())
        add(to: router)
        guard !hasFrontPage else { return }
        router.get("/") { _, _ in Response(status: .seeOther, headers: [.location: "/account"]) }
    }

    /// The same beside an application's own routes, which have nothing of ours around them, and the root.
    package func mount<Context: IssuerRequestContext>(on router: Router<Context>) {
        let group = router.group()
        group.add(middleware: ResponseHeaders(isSecure: isSecure))
        group.add(middleware: RequestLog(now: { ContinuousClock.now }, notFound: NotFound(pages)))
        group.add(middleware: ProxyPeers(proxies, arePeersChecked: arePeersChecked))
        group.add(middleware: RequestRateLimit(rates, proxies, pages))
        group.add(middleware: CanonicalRequests())
        add(to: group)
    }

    private func add<Context: IssuerRequestContext>(to router: some RouterMethods<Context>) {
        addProtocol(to: router)
        addPages(to: router)
        router.get("/health/live") { _, _ in health.live() }
        router.get("/health/ready") { _, context in await health.ready(context.logger) }
    }

    private func addProtocol<Context: IssuerRequestContext>(to router: some RouterMethods<Context>) {
        router.get("/.well-known/openid-configuration") { request, _ in await metadata.answer(request) }
        router.get("/.well-known/oauth-authorization-server") { request, _ in await metadata.answer(request) }
        router.get("/.well-known/jwks.json") { request, _ in await keySet.answer(request) }
        router.get("/authorize") { request, context in await authorization.answer(request, context) }
        router.post("/authorize") { request, context in await authorization.answerForm(request, context) }
        router.post("/par") { request, context in await pushedRequest.answer(request, context) }
        router.post("/token") { request, context in await token.answer(request, context) }
        router.post("/revoke") { request, context in await revocation.answer(request, context) }
        router.post("/introspect") { request, context in await introspection.answer(request, context) }
        router.get("/userinfo") { request, context in await userInfo.answer(request, context) }
        router.post("/userinfo") { request, context in await userInfo.answer(request, context) }
        router.get("/logout") { request, context in await signOut.answer(request, context) }
        router.post("/logout") { request, context in await signOut.answerForm(request, context) }
        for path in ["/token", "/revoke", "/userinfo"] as [RouterPath] {
            router.on(path, method: .options) { request, _ in await CrossOrigin.preflight(request, clients: clients) }
        }
        for path in ["/token", "/revoke", "/introspect", "/par"] as [RouterPath] {
            refuse([.get, .put, .delete, .patch], at: path, router)
        }
    }

    private func addPages<Context: IssuerRequestContext>(to router: some RouterMethods<Context>) {
        router.get("/sign-in") { request, context in await signIn.show(request, context) }
        router.post("/sign-in") { request, context in await signIn.signIn(request, context) }
        router.get("/select-account") { request, context in await selectAccount.show(request, context) }
        router.post("/select-account") { request, context in await selectAccount.choose(request, context) }
        router.get("/consent") { request, context in await consent.show(request, context) }
        router.post("/consent") { request, context in await consent.decide(request, context) }
        router.post("/sign-out") { request, context in await signOut.confirm(request, context) }
        router.get("/account") { request, context in await account.profile(request, context) }
        router.get("/account/password") { request, context in await account.password(request, context) }
        router.post("/account/password") { request, context in await account.changePassword(request, context) }
        router.get("/account/sessions") { request, context in await account.sessions(request, context) }
        router.post("/account/sessions/end") { request, context in await account.endSession(request, context) }
        router.post("/account/sessions/end-others") { request, context in await account.endOthers(request, context) }
        router.post("/account/applications/end") { request, context in await account.endApplication(request, context) }
        router.post("/account/email") { request, context in await account.changeEmail(request, context) }
        router.post("/account/confirm-email") { request, context in
            await account.sendConfirmation(request, context)
        }
        router.get("/account/security") { request, context in await security.show(request, context) }
        router.post("/account/devices/forget") { request, context in await security.forgetDevice(request, context) }
        router.post("/account/end-everything") { request, context in await security.endEverything(request, context) }
        router.get("/account/consents") { request, context in await account.consents(request, context) }
        router.post("/account/consents/withdraw") { request, context in await account.withdraw(request, context) }
        for purpose in LinkPurpose.ofAccounts {
            let path = RouterPath(purpose.page)
            router.get(path) { request, context in await link.show(purpose, request, context) }
            router.post(path) { request, context in await link.use(purpose, request, context) }
        }
        router.get("/password/forgot") { request, context in await forgotPassword.show(request, context) }
        router.post("/password/forgot") { request, context in await forgotPassword.send(request, context) }
        router.get("/register") { request, context in await registration.show(request, context) }
        router.post("/register") { request, context in await registration.send(request, context) }
        router.get("/register/confirm") { request, context in await registration.showLink(request, context) }
        router.post("/register/confirm") { request, context in await registration.useLink(request, context) }
        router.get("/.well-known/change-password") { _, _ in
            Response(status: .seeOther, headers: [.location: "/account/password"])
        }
        router.get("/assets/:name") { _, context in
            guard let asset = pages.assets.response(try context.parameters.require("name")) else {
                throw HTTPError(.notFound)
            }
            return asset
        }
        router.get("/favicon.ico") { _, _ in Response(status: .noContent) }
    }

    /// The path is there, and says which method it wants (RFC 9110 §15.5.6).
    private func refuse<Context: IssuerRequestContext>(
        _ methods: [HTTPRequest.Method], at path: RouterPath, _ router: some RouterMethods<Context>
    ) {
        for method in methods { router.on(path, method: method) { _, _ in Problem.methodNotAllowed("POST") } }
    }
}
