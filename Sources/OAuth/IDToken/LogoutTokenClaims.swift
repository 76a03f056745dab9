import StrictFormats

/// The claims of a logout token (OIDC Back-Channel Logout §2.4): a session that a client must forget.
package struct LogoutTokenClaims: Sendable {
    /// Two minutes at most are recommended; a client's clock may differ.
    package static let lifetime = Duration.minutes(2)
    private static let event = "http://schemas.openid.net/event/backchannel-logout"
    package let issuer: Issuer
    package let user: UserID
    package let client: ClientID
    package let session: SessionID
    package let tokenID: String
    package let issuedAt: Milliseconds

    package init(
        issuer: Issuer, user: UserID, client: ClientID, session: SessionID, tokenID: String, issuedAt: Milliseconds
    ) {
        self.issuer = issuer
        self.user = user
        self.client = client
        self.session = session
        self.tokenID = tokenID
        self.issuedAt = issuedAt
    }

    /// The payload.
    package func json() -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.member("iss", issuer.text)
        json.member("sub", user.text)
        json.member("aud", client.text)
        json.member("iat", issuedAt.seconds)
        json.member("exp", (issuedAt + Self.lifetime).seconds)
        json.member("jti", tokenID)
        json.member("sid", session.text)
        json.name("events")
        json.value(.object(JSONObject([(Self.event, .object(JSONObject()))])))
        json.endObject()
        return json.bytes
    }
}
