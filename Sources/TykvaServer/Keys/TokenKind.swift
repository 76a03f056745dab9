/// What a signed token is, by its `typ`: one kind is never taken for another (RFC 8725 §3.11).
package enum TokenKind: String, CaseIterable, Sendable {
    /// RFC 9068 §2.1.
    case accessToken = "at+jwt"
    /// OIDC Core asks for no `typ`; this is the one that every library takes.
    case idToken = "JWT"
    /// OIDC Back-Channel Logout §2.4.
    case logoutToken = "logout+jwt"
}
