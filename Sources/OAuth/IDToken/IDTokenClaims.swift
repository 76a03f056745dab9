import Crypto
import StrictFormats

/// The claims of an ID token (OIDC Core §2, §3.1.3.6): who signed in, when and how, told to one client.
package struct IDTokenClaims: Sendable {
    package let issuer: Issuer
    package let user: UserID
    package let client: ClientID
    package let session: SessionID
    package let authentication: AccessTokenClaims.Authentication
    /// As in the authorization request; none after a refresh (§12.2).
    package let nonce: String?
    package let issuedAt: Milliseconds
    package let expiresAt: Milliseconds
    package let accessToken: String?
    /// What it will be signed with: `at_hash` depends on it.
    package let algorithm: SigningAlgorithm
    package let members: [PublicClaims.Member]

    package init(
        issuer: Issuer, user: UserID, client: ClientID, session: SessionID,
        authentication: AccessTokenClaims.Authentication, nonce: String?, issuedAt: Milliseconds,
        expiresAt: Milliseconds, accessToken: String?,
        algorithm: SigningAlgorithm, members: [PublicClaims.Member]
    ) {
        self.issuer = issuer
        self.user = user
        self.client = client
        self.session = session
        self.authentication = authentication
        self.nonce = nonce
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.accessToken = accessToken
        self.algorithm = algorithm
        self.members = members
    }

    /// The payload.
    package func json() -> [UInt8] {
        var json = JSONWriter(capacity: 1024)
        json.beginObject()
        json.member("iss", issuer.text)
        json.member("sub", user.text)
        json.member("aud", client.text)
        json.member("azp", client.text)
        json.member("exp", expiresAt.seconds)
        json.member("iat", issuedAt.seconds)
        json.member("auth_time", authentication.time.seconds)
        json.member("sid", session.text)
        if let nonce { json.member("nonce", nonce) }
        if let acr = AuthenticationContext.of(authentication.methods) { json.member("acr", acr) }
        json.name("amr")
        json.value(.array(authentication.methods.map(JSONValue.string)))
        if let hash = accessToken.flatMap(hash) { json.member("at_hash", hash) }
        for member in members {
            json.name(member.name)
            json.raw(member.json)
        }
        json.endObject()
        return json.bytes
    }

    /// The left half of the token's hash by the signature's own hash function (§3.1.3.6): SHA-256, and for Ed25519
    /// SHA-512 (RFC 8032 §5.1). ML-DSA names none, and its tokens have no `at_hash`.
    private func hash(_ token: String) -> String? {
        let bytes = Array(token.utf8)
        return switch algorithm {
        case .es256, .rs256, .ps256: Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(16)))
        case .edDSA: Base64URL.encode(Array(SHA512.hash(data: bytes).prefix(32)))
        case .mlDSA65: nil
        }
    }
}

extension JSONWriter {
    mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int64) {
        self.name(name)
        integer(value)
    }
}
