import HTTPTypes
package import Hummingbird

/// Every route of the issuer, on one screen. Pages, authorization and administration follow as they are built.
package struct Routes: Sendable {
    let token: TokenEndpoint
    let revocation: RevocationEndpoint
    let metadata: MetadataEndpoint
    let keySet: KeySetEndpoint
    let health: HealthEndpoint
    let pages: PageRenderer
    let isSecure: Bool
    let proxies: TrustedProxies
    let arePeersChecked: Bool

    /// Routes with what stands around them: headers of every answer, counts and logs, rendered errors, and refusals
    /// that no endpoint sees.
    package func install(on router: Router<ServeRequestContext>) {
        router.add(middleware: ResponseHeaders(isSecure: isSecure))
        router.add(middleware: RequestLog(now: { ContinuousClock.now }, notFound: NotFound(pages)))
        router.add(middleware: ProxyPeers(proxies, arePeersChecked: arePeersChecked))
        router.add(middleware: CanonicalRequests())
        add(to: router)
    }

    package func add<Context: IssuerRequestContext>(to router: some RouterMethods<Context>) {
        router.get("/.well-known/openid-configuration") { request, _ in metadata.answer(request) }
        router.get("/.well-known/oauth-authorization-server") { request, _ in metadata.answer(request) }
        router.get("/.well-known/jwks.json") { request, _ in keySet.answer(request) }
        router.post("/token") { request, context in await token.answer(request, context) }
        router.post("/revoke") { request, context in await revocation.answer(request, context) }
        router.get("/health/live") { _, _ in health.live() }
        router.get("/health/ready") { _, context in await health.ready(context.logger) }
        router.get("/assets/:name") { _, context in
            guard let asset = pages.assets.response(try context.parameters.require("name")) else {
                throw HTTPError(.notFound)
            }
            return asset
        }
        router.get("/favicon.ico") { _, _ in Response(status: .noContent) }
        for path in ["/token", "/revoke"] as [RouterPath] { refuse([.get, .put, .delete, .patch], at: path, router) }
    }

    /// The path is there, and says which method it wants (RFC 9110 §15.5.6).
    private func refuse<Context: IssuerRequestContext>(
        _ methods: [HTTPRequest.Method], at path: RouterPath, _ router: some RouterMethods<Context>
    ) {
        for method in methods { router.on(path, method: method) { _, _ in Problem.methodNotAllowed("POST") } }
    }
}
