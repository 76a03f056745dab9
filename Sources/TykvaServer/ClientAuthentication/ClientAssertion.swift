import OAuth
import StrictFormats
import TykvaVerifier

/// A JWT by which a client says who it is (RFC 7523 §2.2, OIDC Core §9), taken apart: nothing in it is proven yet.
package struct ClientAssertion: Sendable {
    /// The one `client_assertion_type` that is known.
    static let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    /// An assertion is for the request that it comes with, so it need not live long.
    static let longestLife = Duration.hours(1)
    /// How far the client's clock may be from ours.
    static let clockSkew = Duration.seconds(30)
    private static let maximumIDBytes = 256
    private static let headerLimits = JSONLimits(bytes: 2048, depth: 4, members: 32)
    private static let claimsLimits = JSONLimits(bytes: 8 * 1024, depth: 8, members: 64)
    /// RFC 7523 asks for none; a newer draft of it for the last. Others are of tokens that are no assertions.
    private static let headerTypes: Set = ["jwt", "client-authentication+jwt"]
    private static let forbiddenMembers: Set = ["crit", "jwk", "jku", "b64", "zip"]

    /// `iss` and `sub`, which are the same.
    let client: ClientID
    let keyID: String?
    let algorithm: TokenAlgorithm
    /// `jti`.
    let id: String
    /// `aud`: exactly one.
    let audience: String
    let expiresAt: Milliseconds
    /// The latest of `nbf` and `iat`, where there are any.
    private let beginsAt: Milliseconds?
    private let jws: CompactJWS

    /// - Throws: A reason for the log, for whatever could not be an assertion at any time.
    init(_ text: String) throws(InvalidValue) {
        let header: [UInt8]
        do throws(TokenVerificationError) {
            jws = try CompactJWS(text)
            header = try jws.decodedHeader()
        } catch {
            throw Self.invalid("\(error)")
        }
        (algorithm, keyID) = try Self.header(header)
        let claims: JSONMembers
        do throws(JSONError) {
            claims = try JSONMembers(parsing: jws.payload, limits: Self.claimsLimits)
        } catch {
            throw Self.invalid("in the claims \(error)")
        }
        guard let subject = claims.string("sub"), claims.string("iss", equals: subject),
            let client = ClientID(subject)
        else { throw Self.invalid("iss and sub are not both the same client id") }
        guard let id = claims.string("jti"), (1...Self.maximumIDBytes).contains(id.utf8.count) else {
            throw Self.invalid("jti is missing, or not of 1 to \(Self.maximumIDBytes) bytes")
        }
        guard let audience = Self.audience(claims) else { throw Self.invalid("aud does not name exactly one") }
        guard let expiry = try Self.time(claims, "exp") else { throw Self.invalid("exp is missing") }
        self.client = client
        self.id = id
        self.audience = audience
        expiresAt = expiry
        beginsAt = [try Self.time(claims, "nbf"), try Self.time(claims, "iat")].compactMap(\.self).max()
    }

    /// The claims that depend on where and when it is presented.
    ///
    /// - Parameter audiences: What `aud` may be, compared byte for byte.
    func check(audiences: [String], at now: Milliseconds) throws(InvalidValue) {
        guard audiences.contains(where: { $0.utf8.elementsEqual(audience.utf8) }) else {
            throw Self.invalid("aud is neither the issuer nor the endpoint")
        }
        guard now < expiresAt + Self.clockSkew else { throw Self.invalid("it has expired") }
        guard expiresAt <= now + Self.longestLife + Self.clockSkew else {
            throw Self.invalid("exp is more than an hour ahead")
        }
        if let beginsAt, beginsAt > now + Self.clockSkew { throw Self.invalid("nbf or iat is in the future") }
    }

    func isSigned(by key: VerificationKey) -> Bool {
        key.isValid(signature: jws.signature, of: jws.signingInput)
    }

    /// RFC 8725 §3.1 and §3.11: an algorithm that we chose; no extension, and no key from the assertion itself.
    private static func header(
        _ bytes: [UInt8]
    ) throws(InvalidValue) -> (TokenAlgorithm, keyID: String?) {
        let header: JSONMembers
        do throws(JSONError) {
            header = try JSONMembers(parsing: bytes, limits: headerLimits)
        } catch {
            throw invalid("in the header \(error)")
        }
        guard let algorithm = header.string("alg").flatMap(TokenAlgorithm.init(assertionName:)) else {
            throw invalid("alg is none of ES256, RS256, PS256 and EdDSA")
        }
        guard !header.names.contains(where: { forbiddenMembers.contains($0) || $0.hasPrefix("x5") }) else {
            throw invalid("the header has an extension, or brings a key")
        }
        if header.kind("typ") != nil {
            var type = header.string("typ")?.lowercased() ?? ""
            if type.hasPrefix("application/") { type.removeFirst("application/".count) }
            guard headerTypes.contains(type) else {
                throw invalid("typ is that of another kind of token")
            }
        }
        guard header.kind("kid") != nil else { return (algorithm, nil) }
        guard let keyID = header.string("kid"), !keyID.isEmpty else {
            throw invalid("kid is empty or no text")
        }
        return (algorithm, keyID)
    }

    private static func audience(_ claims: JSONMembers) -> String? {
        switch claims.kind("aud") {
        case .string: return claims.string("aud")
        case .stringArray:
            let list = claims.value("aud")?.stringArrayValue ?? []
            return list.count == 1 ? list[0] : nil
        default: return nil
        }
    }

    /// A NumericDate (RFC 7519 §2), whole or not; nil when the claim is not there.
    private static func time(_ claims: JSONMembers, _ name: String) throws(InvalidValue) -> Milliseconds? {
        guard claims.kind(name) != nil else { return nil }
        guard let seconds = claims.double(name), (0...9_007_199_254_740).contains(seconds) else {
            throw invalid("\(name) is no time")
        }
        return Milliseconds(Int64(seconds * 1000))
    }

    private static func invalid(_ reason: String) -> InvalidValue { InvalidValue("client assertion", reason) }
}
