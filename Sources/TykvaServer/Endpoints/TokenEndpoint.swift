import HTTPTypes
import Hummingbird
import Logging
import OAuth

/// `POST /token` (RFC 6749 §3.2).
struct TokenEndpoint: Sendable {
    let clients: ClientAuthenticator
    let password: PasswordGrant
    let refreshToken: RefreshTokenGrant
    let clientCredentials: ClientCredentialsGrant
    let authorizationCode: AuthorizationCodeGrant
    let tokens: TokenIssuer
    let standing: IssuerStanding
    let clock: DeploymentClock
    let proxies: TrustedProxies

    func answer(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        var known: Client?
        var response: Response
        do {
            let form = try await ProtocolRequest.form(request)
            let origin = proxies.origin(of: request, context)
            let client = try await clients.client(of: request, form, at: "/token", from: origin)
            known = client
            let wanted = try TokenRequest(form)
            guard client.grants.contains(wanted.grant) else {
                throw OAuthError.unauthorizedClient("the client may not use this grant type")
            }
            response = JSONResponse.response(try await grant(wanted, to: client, from: origin).json())
            response.headers[.cacheControl] = "no-store"
        } catch {
            response = OAuthErrorResponse.response(to: error, logger: context.logger)
        }
        CrossOrigin.allow(&response, request, known)
        return response
    }

    private func grant(
        _ wanted: TokenRequest, to client: Client, from origin: RequestOrigin
    ) async throws -> TokenResponse {
        try standing.check()
        // Before anything is written: after it, nothing may fail.
        try await tokens.prepare()
        let now = clock.now()
        switch wanted {
        case .password(let request):
            return try await password.answer(request, client: client, from: origin, at: now)
        case .refreshToken(let request):
            return try await refreshToken.answer(request, client: client, from: origin, at: now)
        case .authorizationCode(let request):
            return try await authorizationCode.answer(request, client: client, from: origin, at: now)
        case .clientCredentials(let target):
            return try clientCredentials.answer(target, client: client, at: now)
        }
    }
}
