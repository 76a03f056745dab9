import StrictFormats

/// The header of a token, found acceptable: step 2 of the checks.
struct TokenHeader {
    let algorithm: TokenAlgorithm
    let keyID: String

    private static let limits = JSONLimits(bytes: 2048, depth: 4, members: 32)

    /// Reads and checks a header.
    ///
    /// RFC 8725 §3.1 (the algorithm is the verifier's choice), §3.11 (explicit typing); RFC 7515 §4.1.11 (`crit`).
    /// https://www.rfc-editor.org/rfc/rfc8725.html#section-3.1
    init(
        _ bytes: [UInt8], algorithms: AcceptedAlgorithms, profile: TokenProfile
    ) throws(TokenVerificationError) {
        let header: JSONMembers
        do {
            header = try JSONMembers(parsing: bytes, limits: Self.limits)
        } catch {
            throw TokenVerificationError(.headerJSON, "in the header \(error)")
        }
        guard let algorithm = algorithms.accepted(header) else {
            let found = header.string("alg").map(TokenVerificationError.shown) ?? "no text"
            throw TokenVerificationError(.algorithm, "alg is \(found), and \(algorithms) is accepted")
        }
        let isUntyped = header.kind("typ") == nil && !profile.isTypeRequired
        guard isUntyped || profile.types.contains(where: { header.string("typ", equals: $0) }) else {
            let found = header.string("typ").map(TokenVerificationError.shown) ?? "missing or no text"
            throw TokenVerificationError(.type, "typ is \(found), and \(profile.types[0]) is wanted")
        }
        guard header.kind("crit") == nil else {
            throw TokenVerificationError(.critical, "the header has crit, and no extension is understood")
        }
        // `b64` and `zip` change what is signed or read; the others bring keys from outside the configuration.
        for name in ["jwk", "jku", "x5u", "x5c", "b64", "zip"] where header.kind(name) != nil {
            throw TokenVerificationError(.headerKey, "the header has \(name)")
        }
        guard let keyID = header.string("kid"), !keyID.isEmpty else {
            throw TokenVerificationError(.keyID, "kid is missing, empty or no text")
        }
        self.algorithm = algorithm
        self.keyID = keyID
    }
}
