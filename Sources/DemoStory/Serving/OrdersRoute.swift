import Foundation
import Hummingbird
import OAuth
import StrictFormats
import TykvaHummingbird
import TykvaServer
import TykvaVerifier

/// The service of the story: `GET /demo/orders`, for tokens of this issuer with the scope `demo:read`.
///
/// It stands in the issuer's process and trusts it no more than a service elsewhere would: it fetches the issuer's
/// public keys, and checks each token by itself.
enum OrdersRoute {
    private static let scope = "demo:read"

    /// Without skew: issuer and service have the same clock here, and a token ends when the page says so.
    static func verifier(issuer: Issuer, clock: DeploymentClock) throws -> TokenVerifier {
        try TokenVerifier(
            issuer: issuer.text, audience: DemoStory.audience, algorithm: .es256,
            keys: .remote(jwksURL: issuer.url("/.well-known/jwks.json")), clockSkewSeconds: 0,
            now: { Date(timeIntervalSince1970: Double(clock.now().value) / 1000) })
    }

    static func add(to router: some RouterMethods<ServeRequestContext>, verifier: TokenVerifier) {
        router.group("/demo/orders", context: OrdersRequestContext.self)
            .add(middleware: BearerTokenMiddleware(verifier: verifier, realm: "demo"))
            .add(middleware: RequireScope(scope))
            .get { _, context in JSONResponse.response(orders(of: try context.requireToken())) }
    }

    private static func orders(of token: VerifiedToken) -> String {
        let orders = [(1001, "pumpkin seeds, 500 g"), (1002, "lantern candles, 12")].map { number, what in
            JSONValue.object(JSONObject([("number", .integer(Int64(number))), ("what", .string(what))]))
        }
        return JSONValue.object(
            JSONObject([
                ("orders_of", .string(token.name ?? token.subject)), ("roles", .array(token.roles.map { .string($0) })),
                ("orders", .array(orders)),
            ])
        ).encodedString
    }
}

/// The context of the service's requests: the server's own, with room for a verified token.
struct OrdersRequestContext: ChildRequestContext, AuthenticatedRequestContext {
    var coreContext: CoreRequestContextStorage
    var token: VerifiedToken?

    init(context: ServeRequestContext) {
        coreContext = context.coreContext
    }
}
