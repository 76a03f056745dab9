public import ServiceLifecycle

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Checks ID tokens of one issuer for one client: the proof of a sign-in, for the application that asked for it.
///
/// ```swift
/// let verifier = try IDTokenVerifier(
///     issuer: "https://auth.example.com", clientID: "shop", algorithm: .es256, keys: .discovery)
/// let person = try await verifier.verify(idToken, nonce: .value(nonceOfTheRequest), accessToken: accessToken)
/// ```
///
/// An ID token opens no API, and an access token proves no sign-in: each verifier refuses the other's tokens.
/// https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
public struct IDTokenVerifier: Service, Sendable {
    private let check: TokenCheck
    private let now: @Sendable () -> Date

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - issuer: What `iss` must be, byte for byte.
    ///   - clientID: What `aud` must contain and `azp`, when there is one, must be.
    ///   - algorithm: What `alg` must be, byte for byte.
    ///   - alsoAccepting: A second algorithm, for the time in which the issuer changes from one to the other.
    ///   - keys: Where the issuer's keys come from; verifiers of one issuer may share a ``RemoteJWKSet``.
    ///   - clockSkewSeconds: How far this machine's clock may be from the issuer's: 0…120.
    ///   - maximumTokenBytes: How long a token may be, 1024…65536; when nil 8 KiB, and 16 KiB where ML-DSA-65 is
    ///     accepted.
    ///   - now: The clock.
    /// - Throws: ``TokenVerifierConfigurationError`` when a setting makes no sense.
    public init(
        issuer: String, clientID: String, algorithm: TokenAlgorithm, alsoAccepting: TokenAlgorithm? = nil,
        keys: KeySource, clockSkewSeconds: Int = 30, maximumTokenBytes: Int? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws(TokenVerifierConfigurationError) {
        self.check = try TokenCheck(
            issuer: issuer, audience: clientID, audienceName: "the client id", algorithm: algorithm,
            alsoAccepting: alsoAccepting, keys: keys, profile: .idToken, clockSkewSeconds: clockSkewSeconds,
            maximumTokenBytes: maximumTokenBytes)
        self.now = now
    }

    /// Checks an ID token.
    ///
    /// - Parameters:
    ///   - token: The token, from the token endpoint's answer.
    ///   - nonce: The nonce of the authorization request, or why there is none.
    ///   - accessToken: The access token of the same answer. When it is given the ID token must have its `at_hash`,
    ///     as Tykva's have; leave it out for issuers that write none. ML-DSA-65 names no hash: its
    ///     tokens have none.
    ///   - maxAgeSeconds: The `max_age` of the request, when it had one: how old the sign-in itself may be.
    /// - Returns: Who signed in.
    /// - Throws: ``TokenVerificationError``; the first check that fails decides.
    public func verify(
        _ token: String, nonce: ExpectedNonce, accessToken: String? = nil, maxAgeSeconds: Int? = nil
    ) async throws(TokenVerificationError) -> VerifiedIDToken {
        let now = now().timeIntervalSince1970
        let checked = try await check.check(try check.takenApart(token), now: now)
        let verified = VerifiedIDToken(claims: checked.claims)
        try checkAuthorizedParty(verified)
        try checkNonce(verified, nonce)
        if let maxAgeSeconds { try checkAge(verified, maxAgeSeconds, now: now) }
        if let accessToken { try checkHash(verified, accessToken, checked.algorithm) }
        return verified
    }

    /// Keeps the issuer's keys fresh until the graceful shutdown; with fixed keys it only waits.
    public func run() async throws {
        try await check.run()
    }

    /// Steps 3 to 5: `azp` names the client that asked, and must be there when the token has several audiences.
    private func checkAuthorizedParty(_ token: VerifiedIDToken) throws(TokenVerificationError) {
        guard let party = token.string("azp") else {
            guard token.audience.count <= 1 else {
                throw TokenVerificationError(.authorizedParty, "azp is missing beside several audiences")
            }
            return
        }
        guard party.utf8.elementsEqual(check.claims.audience.utf8) else {
            throw TokenVerificationError(.authorizedParty, "azp is \(TokenVerificationError.shown(party))")
        }
    }

    /// Step 11, and §12.2 for a refresh.
    private func checkNonce(_ token: VerifiedIDToken, _ expected: ExpectedNonce) throws(TokenVerificationError) {
        let nonce = token.nonce
        switch expected {
        case .value(let value):
            guard let nonce else { throw TokenVerificationError(.nonce, "nonce is missing") }
            // An empty nonce ties nothing to anything.
            guard !value.isEmpty, nonce.utf8.elementsEqual(value.utf8) else {
                throw TokenVerificationError(.nonce, "nonce is not the one of the request")
            }
        case .refreshed(let first):
            guard token.subject.utf8.elementsEqual(first.subject.utf8) else {
                throw TokenVerificationError(.refreshedIdentity, "sub is another than before the refresh")
            }
            if let time = token.authenticatedAt, let before = first.authenticatedAt, time != before {
                throw TokenVerificationError(.refreshedIdentity, "auth_time is another than before the refresh")
            }
            if let nonce, first.nonce.map(\.utf8)?.elementsEqual(nonce.utf8) != true {
                throw TokenVerificationError(.nonce, "nonce is another than before the refresh")
            }
        case .none(let reason):
            guard nonce == nil else {
                throw TokenVerificationError(.nonce, "the token has a nonce, and the request had none: \(reason)")
            }
        }
    }

    /// Step 13.
    private func checkAge(
        _ token: VerifiedIDToken, _ maxAgeSeconds: Int, now: Double
    ) throws(TokenVerificationError) {
        guard let time = token.authenticatedAt?.timeIntervalSince1970 else {
            throw TokenVerificationError(.authenticationTime, "auth_time is missing, and max_age was asked for")
        }
        guard now - time <= Double(max(0, maxAgeSeconds)) + Double(check.claims.clockSkewSeconds) else {
            throw TokenVerificationError(
                .authenticationTime,
                "auth_time is \(TimeText.utc(time)), the verifier's time \(TimeText.utc(now)), max_age \(maxAgeSeconds)"
            )
        }
    }

    /// §3.1.3.8.
    private func checkHash(
        _ token: VerifiedIDToken, _ accessToken: String, _ algorithm: TokenAlgorithm
    ) throws(TokenVerificationError) {
        guard let expected = AccessTokenHash.of(accessToken, algorithm: algorithm) else {
            guard token.string("at_hash") == nil else {
                throw TokenVerificationError(.accessTokenHash, "at_hash cannot be checked: \(algorithm) names no hash")
            }
            return
        }
        guard let hash = token.string("at_hash") else {
            throw TokenVerificationError(.accessTokenHash, "at_hash is missing")
        }
        guard hash.utf8.elementsEqual(expected.utf8) else {
            throw TokenVerificationError(.accessTokenHash, "at_hash is of another access token")
        }
    }
}
