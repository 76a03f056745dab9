public import ServiceLifecycle
import StrictFormats

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Checks logout tokens of one issuer for one client.
///
/// OpenID Connect Back-Channel Logout 1.0 §2.6. Step 8 there, refusing a `jti` that was there before, is the
/// receiver's: `BackchannelLogout` of `TykvaHummingbird` does it.
/// https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation
public struct LogoutTokenVerifier: Service, Sendable {
    /// The member of `events` that makes a security event token a logout token (§2.4).
    static let event = "http://schemas.openid.net/event/backchannel-logout"

    /// Receivers remember every `jti`.
    private static let maximumTokenIDBytes = 256

    private let check: TokenCheck

    /// The clock, in seconds since 1970; receivers look at the same one.
    package let now: @Sendable () -> Double

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - issuer: What `iss` must be, byte for byte.
    ///   - clientID: What `aud` must contain, byte for byte.
    ///   - algorithm: What `alg` must be, byte for byte: the algorithm of the client's ID tokens.
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
            alsoAccepting: alsoAccepting, keys: keys, profile: .logoutToken, clockSkewSeconds: clockSkewSeconds,
            maximumTokenBytes: maximumTokenBytes)
        self.now = { now().timeIntervalSince1970 }
    }

    /// Checks a logout token.
    ///
    /// - Parameter token: The `logout_token` of the issuer's request.
    /// - Returns: Who is to be signed out.
    /// - Throws: ``TokenVerificationError``; the first check that fails decides.
    public func verify(_ token: String) async throws(TokenVerificationError) -> VerifiedLogoutToken {
        let now = now()
        let claims = try await check.check(try check.takenApart(token), now: now).claims
        guard claims.members.value("events")?.objectValue?[Self.event]?.objectValue != nil else {
            throw TokenVerificationError(.events, "events has no object \(Self.event)")
        }
        guard claims.string("jti")?.utf8.count ?? 0 <= Self.maximumTokenIDBytes else {
            throw TokenVerificationError(.claims, "jti is longer than \(Self.maximumTokenIDBytes) bytes")
        }
        return VerifiedLogoutToken(
            claims: claims, target: try target(claims),
            refusedFrom: claims.expiry + Double(check.claims.clockSkewSeconds))
    }

    /// Keeps the issuer's keys fresh until the graceful shutdown; with fixed keys it only waits.
    public func run() async throws {
        try await check.run()
    }

    private func target(_ claims: CheckedClaims) throws(TokenVerificationError) -> LogoutTarget {
        let (session, subject) = (claims.string("sid"), claims.string("sub"))
        // An empty name could match sessions that have none.
        guard session != "", subject != "" else {
            throw TokenVerificationError(.logoutTarget, "sub or sid is empty")
        }
        if let session { return .session(session, subject: subject) }
        guard let subject else { throw TokenVerificationError(.logoutTarget, "neither sub nor sid is there") }
        return .everySession(subject: subject)
    }
}
