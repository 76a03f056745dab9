import HTTPTypes
import Hummingbird
import OAuth
import Storage

/// `POST /revoke` (RFC 7009): any refresh token of a family ends it, and is not counted as theft.
struct RevocationEndpoint: Sendable {
    let clients: ClientAuthenticator
    let database: any Database
    let keys: RefreshKeys
    let clock: DeploymentClock
    let proxies: TrustedProxies

    func answer(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        var known: Client?
        var response: Response
        do {
            let form = try await ProtocolRequest.form(request)
            let origin = proxies.origin(of: request, context)
            let client = try await clients.client(of: request, form, at: "/revoke", from: origin)
            known = client
            let token = try form.required("token", "token is missing")
            guard !Self.isAccessToken(token) else {
                throw OAuthError.unsupportedTokenType("access tokens cannot be revoked; they live for minutes")
            }
            if let refreshToken = RefreshToken(token, keys: keys) {
                try await revoke(refreshToken.family.key, of: client, origin)
            }
            // RFC 7009 §2.2: an invalid token is no error; the client wanted it gone, and it is.
            response = Response(status: .ok, headers: [.cacheControl: "no-store"])
        } catch {
            response = OAuthErrorResponse.response(to: error, logger: context.logger)
        }
        CrossOrigin.allow(&response, request, known)
        return response
    }

    private func revoke(_ family: FamilyKey, of client: Client, _ origin: RequestOrigin) async throws {
        let now = clock.now()
        let event = Event(
            at: now, type: .tokenRevoked, client: client.id, family: family, holder: origin.holder,
            requestID: origin.requestID)
        try await database.write { tx throws(StorageError) in
            guard try tx.run(.revokeFamily(family, of: client.id, at: now)) else { return }
            try tx.run(.record(event))
        }
    }

    /// A JWS in compact form begins with the encoding of `{"`.
    private static func isAccessToken(_ token: String) -> Bool {
        token.hasPrefix("eyJ") && token.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2
    }
}
