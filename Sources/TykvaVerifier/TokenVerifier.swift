public import ServiceLifecycle

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Checks access tokens of one issuer for one service, alone: no database, no call for each token.
///
/// ```swift
/// let verifier = try TokenVerifier(
///     issuer: "https://auth.example.com", audience: "https://api.example.com",
///     algorithm: .es256, keys: .discovery)
/// let token = try await verifier.verify(bearer)
/// ```
///
/// The checks and their order are fixed, and none of them can be switched off. Run the verifier as a service of the
/// application to have its keys fetched at the start and kept fresh in the background.
public struct TokenVerifier: Service, Sendable {
    private let claims: ClaimsCheck
    private let algorithms: AcceptedAlgorithms
    private let keys: VerifierKeys
    private let cache: VerifiedTokenCache?
    private let isRevoked: (@Sendable (VerifiedToken) -> Bool)?
    private let now: @Sendable () -> Date

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - issuer: What `iss` must be, byte for byte.
    ///   - audience: What `aud` must contain, byte for byte: this service's own identifier.
    ///   - algorithm: What `alg` must be, byte for byte.
    ///   - alsoAccepting: A second algorithm, for the time in which the issuer changes from one to the other.
    ///   - keys: Where the issuer's keys come from.
    ///   - profile: The kind of token.
    ///   - clockSkewSeconds: How far this machine's clock may be from the issuer's: 0…120.
    ///   - cache: How many checked tokens are remembered; with nil every call checks the signature.
    ///   - isRevoked: Asked at the end of every check, remembered or not, whether the application has withdrawn its
    ///     trust in this token. It must be fast, and look for the token's `jti` and never for its text: an ES256
    ///     signature has a second spelling that is as good, and so a token has a second text.
    ///   - now: The clock.
    /// - Throws: ``TokenVerifierConfigurationError`` when a setting makes no sense.
    public init(
        issuer: String, audience: String, algorithm: TokenAlgorithm, alsoAccepting: TokenAlgorithm? = nil,
        keys: KeySource, profile: TokenProfile = .accessToken, clockSkewSeconds: Int = 30,
        cache: VerifiedTokenCacheLimits? = nil, isRevoked: (@Sendable (VerifiedToken) -> Bool)? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws(TokenVerifierConfigurationError) {
        guard !issuer.isEmpty else { throw TokenVerifierConfigurationError("the issuer is empty") }
        guard !audience.isEmpty else { throw TokenVerifierConfigurationError("the audience is empty") }
        guard (0...120).contains(clockSkewSeconds) else {
            throw TokenVerifierConfigurationError("the clock skew must be 0 to 120 seconds")
        }
        self.claims = ClaimsCheck(
            issuer: issuer, audience: audience, profile: profile, clockSkewSeconds: clockSkewSeconds)
        self.algorithms = AcceptedAlgorithms(algorithm: algorithm, other: alsoAccepting)
        self.keys = try keys.keys(issuer: issuer)
        self.cache = cache.map(VerifiedTokenCache.init)
        self.isRevoked = isRevoked
        self.now = now
    }

    /// Checks a token.
    ///
    /// - Parameter token: The token alone, without `Bearer`.
    /// - Returns: What the token says.
    /// - Throws: ``TokenVerificationError``; the first check that fails decides.
    public func verify(_ token: String) async throws(TokenVerificationError) -> VerifiedToken {
        let now = now().timeIntervalSince1970
        if let cache, let verified = remembered(token, in: cache) {
            do {
                try claims.checkTimes(verified, now: now)
            } catch {
                Self.withBytes(of: token) { cache.remove($0) }
                throw error
            }
            return try unlessRevoked(verified)
        }
        let jws = try CompactJWS(token)
        let (key, epoch) = try await key(for: jws)
        guard key.isValid(signature: jws.signature, of: jws.signingInput) else {
            throw TokenVerificationError(.signature, "the signature is wrong")
        }
        let verified = try claims.check(jws.payload, now: now)
        cache?.insert(jws.bytes, verified, epoch: epoch)
        return try unlessRevoked(verified)
    }

    /// Keeps the issuer's keys fresh until the graceful shutdown; with fixed keys it only waits.
    public func run() async throws {
        switch keys {
        case .fixed: try? await gracefulShutdown()
        case .remote(let keys): try await keys.run()
        }
    }

    /// Steps 2 and 3: the header, then the key that it names.
    private func key(for jws: CompactJWS) async throws(TokenVerificationError) -> (VerificationKey, epoch: UInt64) {
        if let snapshot = keys.settled, let key = snapshot.set.key(expectedHeader: jws.header, profile: claims.profile),
            algorithms.contains(key.algorithm)
        {
            return (key, snapshot.epoch)
        }
        let header = try TokenHeader(try jws.decodedHeader(), algorithms: algorithms, profile: claims.profile)
        var snapshot = try await keys.current()
        if snapshot.set.key(id: header.keyID) == nil { snapshot = await keys.refreshed(after: snapshot) }
        guard let key = snapshot.set.key(id: header.keyID) else {
            let shown = TokenVerificationError.shown(header.keyID)
            throw TokenVerificationError(.unknownKey, "no usable key of the issuer has the kid \(shown)")
        }
        guard key.algorithm == header.algorithm else {
            throw TokenVerificationError(
                .keyAlgorithm, "alg is \(header.algorithm), and the key is for \(key.algorithm)")
        }
        return (key, snapshot.epoch)
    }

    private func remembered(_ token: String, in cache: VerifiedTokenCache) -> VerifiedToken? {
        guard let epoch = keys.settledEpoch else { return nil }
        return Self.withBytes(of: token) { cache.find($0, epoch: epoch) }
    }

    private func unlessRevoked(_ token: VerifiedToken) throws(TokenVerificationError) -> VerifiedToken {
        if let isRevoked, isRevoked(token) {
            throw TokenVerificationError(.revoked, "the application says that the token was revoked")
        }
        return token
    }

    private static func withBytes<Answer>(
        of token: String, _ body: (UnsafeBufferPointer<UInt8>) -> Answer
    ) -> Answer {
        var token = token
        return token.withUTF8(body)
    }
}
