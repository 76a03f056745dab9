import ServiceLifecycle

/// Steps 1 to 6 of the checks, for tokens of any profile: every verifier of this library goes through here.
struct TokenCheck: Sendable {
    let claims: ClaimsCheck
    let keys: VerifierKeys
    private let algorithms: AcceptedAlgorithms
    private let maximumTokenBytes: Int

    /// - Parameter audienceName: What the audience is called in an error.
    init(
        issuer: String, audience: String, audienceName: String = "the audience", algorithm: TokenAlgorithm,
        alsoAccepting: TokenAlgorithm?, keys: KeySource, profile: TokenProfile, clockSkewSeconds: Int,
        maximumTokenBytes: Int?
    ) throws(TokenVerifierConfigurationError) {
        guard !issuer.isEmpty else { throw TokenVerifierConfigurationError("the issuer is empty") }
        guard !audience.isEmpty else { throw TokenVerifierConfigurationError("\(audienceName) is empty") }
        guard (0...120).contains(clockSkewSeconds) else {
            throw TokenVerifierConfigurationError("the clock skew must be 0 to 120 seconds")
        }
        self.claims = ClaimsCheck(
            issuer: issuer, audience: audience, profile: profile, clockSkewSeconds: clockSkewSeconds)
        guard maximumTokenBytes.map((1024...65_536).contains) ?? true else {
            throw TokenVerifierConfigurationError("the longest token must be 1024 to 65536 bytes")
        }
        let algorithms = AcceptedAlgorithms(algorithm: algorithm, other: alsoAccepting)
        self.algorithms = algorithms
        self.maximumTokenBytes =
            maximumTokenBytes
            ?? (algorithms.contains(.mlDSA65) ? CompactJWS.maximumPostQuantumBytes : CompactJWS.maximumBytes)
        self.keys = try keys.keys(issuer: issuer)
    }

    /// Step 1.
    func takenApart(_ token: String) throws(TokenVerificationError) -> CompactJWS {
        try CompactJWS(token, maximumBytes: maximumTokenBytes)
    }

    /// Steps 2 to 6, at the time `now` in seconds since 1970.
    func check(_ jws: CompactJWS, now: Double) async throws(TokenVerificationError) -> CheckedToken {
        let (key, snapshot) = try await key(for: jws)
        guard key.isValid(signature: jws.signature, of: jws.signingInput) else {
            throw TokenVerificationError(.signature, "the signature is wrong")
        }
        if snapshot.set.isLast(key) { keys.lookBeyond(snapshot) }
        return CheckedToken(
            claims: try claims.check(jws.payload, now: now), algorithm: key.algorithm, epoch: snapshot.epoch)
    }

    /// Keeps the issuer's keys fresh until the graceful shutdown; with fixed keys it only waits.
    func run() async throws {
        switch keys {
        case .fixed: try? await gracefulShutdown()
        case .remote(let keys): try await keys.run()
        }
    }

    /// Steps 2 and 3: the header, then the key that it names.
    private func key(for jws: CompactJWS) async throws(TokenVerificationError) -> (VerificationKey, KeySnapshot) {
        if let snapshot = keys.settled, let key = snapshot.set.key(expectedHeader: jws.header, profile: claims.profile),
            algorithms.contains(key.algorithm)
        {
            return (key, snapshot)
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
        return (key, snapshot)
    }
}
