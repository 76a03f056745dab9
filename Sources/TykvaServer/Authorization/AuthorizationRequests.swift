import Hummingbird
import OAuth
import Secrets
import Storage

/// Reads and checks authorization requests, pushed ones too: at `/authorize`, and again at every page in between.
struct AuthorizationRequests: Sendable {
    let issuer: Issuer
    let clients: ClientDirectory
    let database: any Database
    let keys: KeyRing
    let secrets: SecretRing

    var ticketKey: TicketKey { secrets.ticketKey }

    /// The request in the address of a visit, perhaps with our ticket at its end.
    ///
    /// - Throws: `AuthorizationError`, `StorageError`.
    func open(_ visit: PageDesk.Visit) async throws -> OpenedRequest {
        let now = visit.now
        let (query, ticket) = Self.split(visit.request.uri.query ?? "")
        guard query.utf8.count <= Limits.authorizationQueryBytes else {
            throw AuthorizationError.page(.request, .invalidRequest("the request is too long"))
        }
        // It goes on in the addresses of our pages as it is.
        guard query.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw AuthorizationError.page(.request, .invalidRequest("the request is not encoded"))
        }
        let sent = try Self.parameters(query)
        let id = try AuthorizationTarget.clientID(in: sent)
        let client = try await clients.client(id)
        let (parameters, pushed) = try await resolve(sent, client, at: now)
        let target = try AuthorizationTarget(parameters, client: client)
        let request = try AuthorizationRequest(parameters, target: target, issuer: issuer)
        if target.client.requiresPushedRequests, pushed == nil {
            throw target.refusing(.invalidRequest("this client must push its requests (RFC 9126)"))
        }
        return OpenedRequest(
            request: request, query: query, browser: visit.formCookie,
            ticket: ticket.flatMap { RequestTicket($0, query: query, browser: visit.formCookie, key: ticketKey) },
            pushed: pushed,
            expectedSubject: try await expectedSubject(request, at: now))
    }

    /// What was pushed stands for everything that the query says (RFC 9126 §4).
    private func resolve(
        _ sent: FormParameters, _ client: Client?, at now: Milliseconds
    ) async throws -> (FormParameters, TokenHash?) {
        guard let uri = sent["request_uri"], uri.hasPrefix(OneTimeValue.Prefix.pushedRequest.text) else {
            return (sent, nil)
        }
        guard let client, let value = OneTimeValue(presented: uri, prefix: .pushedRequest),
            let pushed = try await database.read({ tx throws(StorageError) in
                try tx.run(.pushedRequest(value.hash, of: client.id, at: now))
            })
        else { throw AuthorizationError.page(.request, .invalidRequestURI(reason: "unknown or over")) }
        if !pushed.isOpened {
            _ = try await database.once(
                .openPushedRequest(value.hash, at: now, until: now + RequestTicket.lifetime))
        }
        return (try Self.parameters(pushed.parameters), value.hash)
    }

    private func expectedSubject(_ request: AuthorizationRequest, at now: Milliseconds) async throws -> String? {
        guard let hint = request.idTokenHint else { return request.claims.expectedSubject }
        guard let token = try await OwnToken.verified(hint, kind: .idToken, by: keys, issuer: issuer, at: now) else {
            throw request.target.refusing(.invalidRequest("id_token_hint is not an ID token of this issuer"))
        }
        return token.subject
    }

    private static func parameters(_ query: String) throws(AuthorizationError) -> FormParameters {
        do throws(OAuthError) {
            return try FormParameters(authorizationRequest: query.utf8)
        } catch {
            throw .page(.request, error)
        }
    }

    /// Our ticket is the last parameter; whatever an application puts before it is the application's.
    private static func split(_ query: String) -> (query: String, ticket: String?) {
        guard let sign = query.lastIndex(of: "&"), query[sign...].hasPrefix("&\(RequestTicket.parameter)=") else {
            return (query, nil)
        }
        return (String(query[..<sign]), String(query[sign...].dropFirst(RequestTicket.parameter.count + 2)))
    }
}
