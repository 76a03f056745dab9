package import OAuth
import Secrets
import Storage

/// RFC 6749 §4.1.3: a code buys tokens, once.
package struct AuthorizationCodeGrant: Sendable {
    private let database: any Database
    private let tokens: TokenIssuer
    private let idTokens: IDTokenSource
    private let refreshKeys: RefreshKeys
    private let lifetimes: ServerConfiguration.Lifetimes
    private let guesses: NetworkGuesses

    init(
        _ database: any Database, tokens: TokenIssuer, refreshKeys: RefreshKeys,
        lifetimes: ServerConfiguration.Lifetimes, guesses: NetworkGuesses
    ) {
        self.database = database
        self.tokens = tokens
        idTokens = IDTokenSource(database)
        self.refreshKeys = refreshKeys
        self.lifetimes = lifetimes
        self.guesses = guesses
    }

    /// Nothing is written before the whole request is right: a stranger with a code burns nothing.
    ///
    /// - Throws: `invalid_grant`, in the same words whatever is wrong with the code; `invalid_scope`, `invalid_target`.
    package func answer(
        _ request: AuthorizationCodeTokenRequest, client: Client, from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> TokenResponse {
        let code = try await code(request, client, from: origin, at: now)
        let granted = code.scope.intersection(client.scope)
        let scope = try request.target.scope(within: granted)
        let audience = try request.target.audience(
            granted: code.resources, registered: client.audiences, scope: scope, issuer: tokens.issuer)
        let id = FamilyID.random()
        let expiry = now + lifetimes.familyAbsolute
        let family = NewFamily(
            id: id.key, user: code.user, client: client.id, session: code.session, scope: granted,
            resources: code.resources, tokenKey: refreshKeys.activeNumber, authentication: code.authentication,
            createdAt: now, idleExpiresAt: min(now + lifetimes.familyIdle, expiry), expiresAt: expiry,
            holder: origin.holder, requestedClaims: code.userInfoClaims)
        let event = Event(
            at: now, type: .codeRedeemed, user: code.user, client: client.id, session: code.session,
            family: family.id, holder: origin.holder, requestID: origin.requestID)
        let begun = try await begin(family, code.hash, event, at: now)
        let hasRefreshToken = client.grants.contains(.refreshToken)
        return try tokens.issue(
            .user(code.user, code.session, code.authentication, claims: begun.claims.allowed(by: client.claims)),
            client: client.id, scope: scope, audience: audience, family: id.key, at: now, latestExpiry: expiry,
            idToken: try await idTokens.contents(
                of: code.user, scope: scope, client: client,
                requested: code.idTokenClaims.compactMap(AttributeName.init), nonce: code.nonce),
            refreshToken: hasRefreshToken
                ? RefreshToken(family: id, generation: 0, keyNumber: refreshKeys.activeNumber).text(keys: refreshKeys)
                : nil)
    }

    private func begin(
        _ family: NewFamily, _ code: TokenHash, _ event: Event, at now: Milliseconds
    ) async throws -> LiveFamily {
        do {
            switch try await database.writeAgain({ tx throws(StorageError) in
                try tx.redeem(code, family, at: now, event)
            }) {
            case .begun(let family): return family
            case .used: throw Self.refusal("the code was used before; what it bought is ended")
            case .over: throw Self.refusal("the code is over, or its session or user")
            }
        } catch StorageError.constraint(.foreignKey, _) {
            throw Self.refusal("client or user was removed")
        }
    }

    /// The code of this client, redirect URI and verifier (RFC 6749 §4.1.3, RFC 7636 §4.6).
    private func code(
        _ request: AuthorizationCodeTokenRequest, _ client: Client, from origin: RequestOrigin, at now: Milliseconds
    ) async throws -> NewAuthorizationCode {
        guard let value = OneTimeValue(presented: request.code, prefix: .authorizationCode) else {
            throw Self.refusal("no code of ours")
        }
        guard
            let code = try await database.read({ tx throws(StorageError) in
                try tx.run(.authorizationCode(value.hash))
            })?.issued
        else {
            try await guesses.failed(.client(client.id), from: origin.holder.address, at: now)
            throw Self.refusal("unknown code")
        }
        guard code.client == client.id else { throw Self.refusal("another client's code") }
        guard code.redirectURI.utf8.elementsEqual(request.redirectURI.utf8) else {
            throw Self.refusal("another redirect_uri than the code was given for")
        }
        guard let challenge = CodeChallenge(code.codeChallenge), request.verifier.matches(challenge) else {
            throw Self.refusal("wrong code_verifier")
        }
        return code
    }

    private static func refusal(_ reason: String) -> OAuthError {
        .invalidGrant("the authorization code is invalid, expired or used", reason: reason)
    }
}
