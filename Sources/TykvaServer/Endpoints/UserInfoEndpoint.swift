import HTTPTypes
import Hummingbird
import Logging
import OAuth
import Storage
import StrictFormats

/// `GET` and `POST /userinfo` (OIDC Core §5.3): what the application may know of the person, as of now.
///
/// Unlike a service that checks a token alone, it looks whether session and application are still in.
struct UserInfoEndpoint: Sendable {
    let issuer: Issuer
    let keys: KeyRing
    let clients: ClientDirectory
    let database: any Database
    let clock: DeploymentClock

    func answer(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        var client: Client?
        var response: Response
        do {
            let token = try await verified(request)
            guard let id = token.client, let known = try await clients.client(id) else {
                throw OAuthError.invalidToken(reason: "the client is gone")
            }
            client = known
            response = JSONResponse.response(try await claims(token, known))
        } catch is TokenMissing {
            response = Response(status: .unauthorized, headers: [.wwwAuthenticate: #"Bearer realm="tykva""#])
        } catch let error as OAuthError where error.code != .temporarilyUnavailable {
            context.logger.info("refused", metadata: ["error": "\(error.code.rawValue)", "reason": "\(error.reason)"])
            response = Self.challenge(error)
        } catch {
            response = OAuthErrorResponse.response(to: error, logger: context.logger)
        }
        response.headers[.cacheControl] = "no-store"
        CrossOrigin.allow(&response, request, client)
        return response
    }

    private func verified(_ request: Request) async throws -> OwnToken {
        guard let text = try await Self.presented(request) else { throw TokenMissing() }
        let now = clock.now()
        guard let token = try await OwnToken.verified(text, kind: .accessToken, by: keys, issuer: issuer, at: now),
            token.isLive(at: now), token.audience.contains(issuer.text)
        else { throw OAuthError.invalidToken(reason: "not a live access token for UserInfo") }
        guard token.scope.contains("openid") else { throw OAuthError.insufficientScope }
        return token
    }

    private func claims(_ token: OwnToken, _ client: Client) async throws -> [UInt8] {
        guard let user = token.subject.flatMap(UserID.init), let session = token.session,
            let id = token.id
        else {
            throw OAuthError.invalidToken(reason: "the token is no person's")
        }
        let now = clock.now()
        let found = try await database.read { tx throws(StorageError) in
            try tx.userInfo(user, session: session, client: client.id, token: id, at: now)
        }
        guard let found else { throw OAuthError.invalidToken(reason: "session or application has ended") }
        let facts = UserFacts(found.account, found.attributes)
        let requested = found.requestedClaims.compactMap(AttributeName.init)
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.name("sub")
        json.string(user.text)
        let scope = token.scope.intersection(client.scope)
        for member in facts.released(scope: scope, to: client, requested: requested) {
            json.name(member.name)
            json.raw(member.json)
        }
        json.endObject()
        return json.bytes
    }

    /// Without a token no error is named (RFC 6750 §3.1).
    private struct TokenMissing: Error {}

    /// The header (RFC 6750 §2.1), or the form of a POST (§2.2), and only one of them; never the query.
    private static func presented(_ request: Request) async throws -> String? {
        let fields = request.headers[values: .authorization]
        guard fields.count <= 1 else { throw OAuthError.invalidRequest("there is more than one Authorization header") }
        var inForm: String?
        if request.method == .post, request.headers[.contentType] != nil {
            inForm = try await ProtocolRequest.form(request)["access_token"]
        }
        if let field = fields.first {
            guard inForm == nil else { throw OAuthError.invalidRequest("the access token comes in two ways") }
            let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else {
                throw OAuthError.invalidRequest("the Authorization header is not Bearer and a token")
            }
            return String(parts[1])
        }
        return inForm
    }

    /// RFC 6750 §3.
    private static func challenge(_ error: OAuthError) -> Response {
        let status: HTTPResponse.Status =
            switch error.code {
            case .insufficientScope: .forbidden
            case .invalidRequest: .badRequest
            default: .unauthorized
            }
        var response = JSONResponse.response(
            #"{"error":"\#(error.code.rawValue)","error_description":"\#(error.description)"}"#, status: status)
        response.headers[.wwwAuthenticate] =
            #"Bearer realm="tykva", error="\#(error.code.rawValue)", error_description="\#(error.description)""#
        return response
    }
}
