/// What an application knows about the `nonce` of an ID token; there is no way not to say it.
public enum ExpectedNonce: Sendable {
    /// The nonce that the authorization request of this sign-in carried (OpenID Connect Core §3.1.3.7, step 11).
    case value(String)

    /// The token came with a refresh, which has no nonce of its own. It must be of the same person and the same
    /// sign-in as the token before it (OpenID Connect Core §12.2).
    case refreshed(VerifiedIDToken)

    /// The authorization request carried no nonce; a token that has one belongs to another request. PKCE alone then
    /// keeps a stolen code from being slipped in.
    case none(reason: StaticString)
}
