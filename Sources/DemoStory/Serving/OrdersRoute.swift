import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import OAuth
import StrictFormats
import TykvaServer
import TykvaVerifier

/// The service of the story: `GET /demo/orders`, for tokens of this issuer with the scope `demo:read`.
///
/// It stands in the issuer's process and trusts it no more than a service elsewhere would: it fetches the issuer's
/// public keys, and checks each token by itself.
enum OrdersRoute {
    static let scope = "demo:read"

    /// Without skew: issuer and service have the same clock here, and a token ends when the page says so.
    static func verifier(issuer: Issuer, clock: DeploymentClock) throws -> TokenVerifier {
        try TokenVerifier(
            issuer: issuer.text, audience: DemoStory.audience, algorithm: .es256,
            keys: .remote(jwksURL: issuer.url("/.well-known/jwks.json")), clockSkewSeconds: 0,
            now: { Date(timeIntervalSince1970: Double(clock.now().value) / 1000) })
    }

    static func add(to router: some RouterMethods<ServeRequestContext>, verifier: TokenVerifier) {
        router.get("/demo/orders") { request, _ in
            let sent = request.headers[.authorization]
            guard let sent, sent.hasPrefix("Bearer ") else {
                return Response(status: .unauthorized, headers: [.wwwAuthenticate: #"Bearer realm="demo""#])
            }
            guard let token = try? await verifier.verify(String(sent.dropFirst(7))) else {
                return Response(
                    status: .unauthorized,
                    headers: [.wwwAuthenticate: #"Bearer realm="demo", error="invalid_token""#])
            }
            return JSONResponse.response(orders(of: token))
        }
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
