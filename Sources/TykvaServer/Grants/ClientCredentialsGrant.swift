package import OAuth

/// RFC 6749 §4.4: a client speaks for itself. No person, no session, no refresh token.
package struct ClientCredentialsGrant: Sendable {
    private let tokens: TokenIssuer

    package init(_ tokens: TokenIssuer) { self.tokens = tokens }

    package func answer(_ target: TokenTarget, client: Client, at now: Milliseconds) throws -> TokenResponse {
        let scope = try target.scope(within: client.scope)
        let audience = try target.audience(
            granted: [], registered: client.audiences, scope: scope, issuer: tokens.issuer)
        return try tokens.issue(.client, client: client.id, scope: scope, audience: audience, family: nil, at: now)
    }
}
