import StrictFormats
import Testing
import TykvaVerifier

/// No kind of token is ever taken for another, whoever it is for (RFC 8725 §2.8, §3.12).
@Suite struct TokenKindTests {
    enum Kind: CaseIterable, Sendable {
        case accessToken, idToken, logoutToken
    }

    private let forge = TokenForge.es256

    /// The check that refuses a token for a verifier of `kind` whose audience is the client's id.
    private func refusal(of token: String, as kind: Kind) async throws -> TokenVerificationError.Check? {
        let keys = KeySource.fixed(try TokenForge.keySet(forge))
        do {
            switch kind {
            case .accessToken:
                let verifier = try TokenVerifier(
                    issuer: TokenForge.issuer, audience: TokenForge.clientID, algorithm: .es256, keys: keys,
                    now: ManualClock().date)
                _ = try await verifier.verify(token)
            case .idToken:
                _ = try await forge.idTokenVerifier().verify(token, nonce: .none(reason: "the most that can be let in"))
            case .logoutToken: _ = try await forge.logoutTokenVerifier().verify(token)
            }
            return nil
        } catch let error as TokenVerificationError {
            return error.check
        }
    }

    /// A token for the client itself, so that its audience does not refuse it.
    private func contents(_ kind: Kind) -> (header: JSONObject, claims: JSONObject) {
        switch kind {
        case .accessToken:
            var claims = TokenForge.claims
            claims["aud"] = .string(TokenForge.clientID)
            return (forge.header, claims)
        case .idToken:
            var claims = TokenForge.idTokenClaims
            claims["nonce"] = nil
            return (forge.idTokenHeader, claims)
        case .logoutToken: return (forge.logoutTokenHeader, TokenForge.logoutTokenClaims)
        }
    }

    @Test(arguments: Kind.allCases, Kind.allCases)
    func `a token passes as what it is and as nothing else`(kind: Kind, verifier: Kind) async throws {
        let (header, claims) = contents(kind)
        let token = try forge.token(header: header, claims: claims)
        #expect(try await refusal(of: token, as: verifier) == (kind == verifier ? nil : .type))
    }

    /// An issuer that types its tokens badly: the claims alone must tell an ID token from the two others. An access
    /// token for the client with the type of an ID token is the one pair that only a nonce tells apart.
    @Test(arguments: Kind.allCases, Kind.allCases)
    func `a wrong type does not make it another kind`(kind: Kind, verifier: Kind) async throws {
        guard kind != verifier else { return }
        let header = contents(verifier).header
        let token = try forge.token(header: header, claims: contents(kind).claims)
        let expected: TokenVerificationError.Check? =
            switch (kind, verifier) {
            case (.logoutToken, .idToken): .forbiddenClaim
            case (.accessToken, .idToken): nil
            default: .claims
            }
        #expect(try await refusal(of: token, as: verifier) == expected)
        if verifier == .idToken {
            await #expect(throws: TokenVerificationError.self) {
                try await forge.idTokenVerifier().verify(token, nonce: .value(TokenForge.nonce))
            }
        }
    }
}
