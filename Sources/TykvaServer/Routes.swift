package import Hummingbird

/// Every route of the issuer, on one screen. Pages, authorization and administration follow as they are built.
package struct Routes: Sendable {
    let token: TokenEndpoint
    let revocation: RevocationEndpoint
    let metadata: MetadataEndpoint
    let keySet: KeySetEndpoint
    let health: HealthEndpoint

    package func add<Context: IssuerRequestContext>(to router: some RouterMethods<Context>) {
        router.get("/.well-known/openid-configuration") { request, _ in metadata.answer(request) }
        router.get("/.well-known/oauth-authorization-server") { request, _ in metadata.answer(request) }
        router.get("/.well-known/jwks.json") { request, _ in keySet.answer(request) }
        router.post("/token") { request, context in await token.answer(request, context) }
        router.post("/revoke") { request, context in await revocation.answer(request, context) }
        router.get("/health/live") { _, _ in health.live() }
        router.get("/health/ready") { _, _ in await health.ready() }
    }
}
