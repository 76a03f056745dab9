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
    private let check: TokenCheck
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
    ///   - profile: The kind of access token; ID tokens and logout tokens have verifiers of their own.
    ///   - clockSkewSeconds: How far this machine's clock may be from the issuer's: 0…120.
    ///   - maximumTokenBytes: How long a token may be, 1024…65536; when nil 8 KiB, and 16 KiB where ML-DSA-65 is
    ///     accepted.
    ///   - cache: How many checked tokens are remembered; with nil every call checks the signature.
    ///   - isRevoked: Asked at the end of every check, remembered or not, whether the application has withdrawn its
    ///     trust in this token. It must be fast, and look for the token's `jti` and never for its text: an ES256
    ///     signature has a second spelling that is as good, and so a token has a second text.
    ///   - now: The clock.
    /// - Throws: ``TokenVerifierConfigurationError`` when a setting makes no sense.
    public init(
        issuer: String, audience: String, algorithm: TokenAlgorithm, alsoAccepting: TokenAlgorithm? = nil,
        keys: KeySource, profile: TokenProfile = .accessToken, clockSkewSeconds: Int = 30,
        maximumTokenBytes: Int? = nil, cache: VerifiedTokenCacheLimits? = nil,
        isRevoked: (@Sendable (VerifiedToken) -> Bool)? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws(TokenVerifierConfigurationError) {
        self.check = try TokenCheck(
            issuer: issuer, audience: audience, algorithm: algorithm, alsoAccepting: alsoAccepting, keys: keys,
            profile: profile, clockSkewSeconds: clockSkewSeconds, maximumTokenBytes: maximumTokenBytes)
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
                try check.claims.checkTimes(verified.claims, now: now)
            } catch {
                Self.withBytes(of: token) { cache.remove($0) }
                throw error
            }
            return try unlessRevoked(verified)
        }
        let jws = try check.takenApart(token)
        let checked = try await check.check(jws, now: now)
        let verified = VerifiedToken(claims: checked.claims)
        cache?.insert(jws.bytes, verified, epoch: checked.epoch)
        return try unlessRevoked(verified)
    }

    /// Keeps the issuer's keys fresh until the graceful shutdown; with fixed keys it only waits.
    public func run() async throws {
        try await check.run()
    }

    private func remembered(_ token: String, in cache: VerifiedTokenCache) -> VerifiedToken? {
        guard let epoch = check.keys.settledEpoch else { return nil }
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
