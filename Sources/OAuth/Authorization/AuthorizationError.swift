/// Why an authorization request is refused, and where that is said.
package enum AuthorizationError: Error, Sendable {
    /// Told on a page of our own, because there is nobody else who could be told (RFC 6749 §4.1.2.1).
    case page(Unproven, OAuthError)
    /// Told to the application. There is no way to write an open redirect.
    case redirect(OAuthError, to: AuthorizationTarget)

    /// What it is that nothing may be sent to.
    package enum Unproven: Sendable {
        case client
        case redirectURI
        /// The request cannot be read so far that its client could be looked for.
        case request
    }
}
