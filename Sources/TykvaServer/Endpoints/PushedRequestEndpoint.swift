import HTTPTypes
import Hummingbird
import OAuth
import Secrets
import Storage

/// `POST /par` (RFC 9126): an authorization request that nobody on the way can read or change.
struct PushedRequestEndpoint: Sendable {
    let clients: ClientAuthenticator
    let database: any Database
    let issuer: Issuer
    let clock: DeploymentClock
    let proxies: TrustedProxies

    func answer(_ request: Request, _ context: some IssuerRequestContext) async -> Response {
        do {
            let form = try await ProtocolRequest.form(request)
            let origin = proxies.origin(of: request, context)
            let client = try await clients.client(of: request, form, at: "/par", from: origin)
            guard form["request_uri"] == nil else {
                throw OAuthError.invalidRequest("a pushed request cannot name another one")
            }
            let parameters = Self.parameters(form, of: client)
            try check(parameters, client)
            try await makeRoom(for: client)
            let value = OneTimeValue.random(.pushedRequest)
            let now = clock.now()
            try await database.once(
                .push(
                    NewPushedRequest(
                        hash: value.hash, client: client.id, parameters: parameters, createdAt: now,
                        expiresAt: now + Limits.pushedRequestLifetime)))
            var response = JSONResponse.response(
                #"{"request_uri":"\#(value.revealedText())","expires_in":\#(Self.lifetimeSeconds)}"#, status: .created)
            response.headers[.cacheControl] = "no-store"
            return response
        } catch {
            return OAuthErrorResponse.response(to: error, logger: context.logger)
        }
    }

    private static var lifetimeSeconds: Int64 { Limits.pushedRequestLifetime.components.seconds }

    /// Only what a request consists of: nothing that proves the client, and nothing that nobody will read.
    private static func parameters(_ form: FormParameters, of client: Client) -> String {
        let names = AuthorizationRequest.parameterNames.subtracting(["client_id"])
        let pairs = [("client_id", client.id.text)] + form.pairs.filter { names.contains($0.0) }
        return pairs.map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
    }

    /// A public client is whoever knows its id: what such a one can store is bounded. The oldest make room, so that
    /// nobody can keep the others out with requests that they leave lying.
    private func makeRoom(for client: Client) async throws {
        guard client.authentication.isPublic else { return }
        let limit = Limits.pushedRequestsOfPublicClient
        let count = try await database.read { tx throws(StorageError) in
            try tx.run(.pushedRequests(of: client.id, limit: limit))
        }
        guard count >= Int(limit) else { return }
        _ = try await database.once(.removeOldestPushedRequests(of: client.id, count: limit / 10))
    }

    /// RFC 9126 §2.1: refused here as it would be refused at `/authorize`.
    private func check(_ text: String, _ client: Client) throws {
        guard text.utf8.count <= Limits.authorizationQueryBytes else {
            throw OAuthError.invalidRequest("the request is too long")
        }
        do throws(AuthorizationError) {
            let parameters: FormParameters
            do throws(OAuthError) {
                parameters = try FormParameters(authorizationRequest: text.utf8)
            } catch {
                throw .page(.request, error)
            }
            let target = try AuthorizationTarget(parameters, client: client)
            _ = try AuthorizationRequest(parameters, target: target, issuer: issuer)
        } catch {
            switch error {
            case .page(_, let refusal), .redirect(let refusal, to: _): throw refusal
            }
        }
    }
}
