import HTTPTypes
import Hummingbird
import OAuth
import Storage
import StrictFormats

/// `POST /introspect` (RFC 7662): whether a token is good at this moment, for those whom it concerns.
///
/// These are a service in its audience and the client that it was issued to; all others hear `{"active":false}`, as for
/// garbage. Looking at a token is no use of it: a refresh token's family stays where it is, whatever is presented.
struct IntrospectionEndpoint: Sendable {
    let clients: ClientAuthenticator
    let directory: ClientDirectory
    let database: any Database
    let issuer: Issuer
    let keys: KeyRing
    let secrets: SecretRing
    let clock: DeploymentClock
    let proxies: TrustedProxies

    func answer(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        do {
            let form = try await ProtocolRequest.form(request)
            let origin = proxies.origin(of: request, context)
            let client = try await clients.client(of: request, form, at: "/introspect", from: origin)
            // RFC 7662 §2.1: tokens could be tried out by whoever knows a public client's id.
            guard !client.authentication.isPublic else {
                throw OAuthError.invalidClient(reason: "a public client may not introspect")
            }
            // RFC 7662 §2.1: the hint only says where to look first, and the two kinds cannot be mistaken.
            let token = try form.required("token", "token is missing")
            let members = try await members(of: token, for: client)
            var response = JSONResponse.response(Self.json(members))
            response.headers[.cacheControl] = "no-store"
            return response
        } catch {
            return OAuthErrorResponse.response(to: error, logger: context.logger)
        }
    }

    /// What is told beside `active`; nil for a token that is not good, or not for this client to know of.
    private func members(of text: String, for client: Client) async throws -> [(String, JSONValue)]? {
        if let token = try secrets.refreshToken(text) { return try await members(of: token, for: client) }
        let now = clock.now()
        let own = try await OwnToken.verified(text, kind: .accessToken, by: keys, issuer: issuer, at: now)
        guard let token = own else { return nil }
        return try await members(of: token, for: client)
    }

    private func members(of token: OwnToken, for client: Client) async throws -> [(String, JSONValue)]? {
        let now = clock.now()
        let own = client.resourceServers.map(\.text)
        guard token.isLive(at: now), let holder = token.client,
            holder == client.id || token.audience.contains(where: own.contains),
            try await directory.client(holder) != nil
        else { return nil }
        var account: Account?
        if token.subject != holder.text {
            guard let user = token.subject.flatMap(UserID.init), let session = token.session, let id = token.id
            else { return nil }
            account = try await database.read { tx throws(StorageError) in
                let claims = try tx.run(.liveClaims(user, session: session, client: holder, token: id, at: now))
                return claims == nil ? nil : try tx.run(.account(user))
            }
            guard account != nil else { return nil }
        }
        let claims = ["scope", "client_id", "exp", "iat", "sub", "aud", "iss", "jti", "sid"].compactMap { name in
            token.claims[name].map { (name, $0) }
        }
        return claims + Self.username(account) + [("token_type", "Bearer")]
    }

    /// Only the current token of a living family is good; an older one is not, and only its use is a theft.
    private func members(of token: RefreshToken, for client: Client) async throws -> [(String, JSONValue)]? {
        let now = clock.now()
        let key = token.family.key
        let found = try await database.read { tx throws(StorageError) -> (JudgedFamily, LiveFamily, Account?)? in
            guard let judged = try tx.run(.judge(key)), let family = try tx.run(.family(key)) else { return nil }
            return (judged, family, try tx.run(.account(judged.user)))
        }
        guard let (judged, family, account) = found else { return nil }
        let state = judged.state
        let caller = RefreshCaller(client: client.id, dpopThumbprint: state.dpopThumbprint, holder: state.rotatedBy)
        let circumstances = RefreshCircumstances(now: now, window: .standard, epoch: 0, standing: .active)
        let decision = decideRefresh(
            of: token.generation, madeUnder: token.keyNumber, family: state, caller: caller,
            circumstances: circumstances)
        guard decision == .rotate else { return nil }
        let scope: [(String, JSONValue)] = family.scope.isEmpty ? [] : [("scope", .string(family.scope.text))]
        return scope + [
            ("client_id", .string(client.id.text)),
            ("exp", .integer(min(state.idleExpiresAt, state.expiresAt).seconds)),
            ("iat", .integer(state.rotatedAt.seconds)), ("sub", .string(judged.user.text)),
            ("iss", .string(issuer.text)), ("sid", .string(judged.session.text)),
        ] + Self.username(account)
    }

    /// A name that is an e-mail address is personal, and stays out as it does in access tokens.
    private static func username(_ account: Account?) -> [(String, JSONValue)] {
        guard let account, !account.name.contains("@") else { return [] }
        return [("username", .string(account.name))]
    }

    /// RFC 7662 §2.2: nothing but `active` when it is false.
    private static func json(_ members: [(String, JSONValue)]?) -> [UInt8] {
        guard let members else { return Array(#"{"active":false}"#.utf8) }
        return JSONValue.object(JSONObject([("active", .bool(true))] + members)).encoded()
    }
}
