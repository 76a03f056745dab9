/// The grants a client may use (RFC 6749 §4, §6).
package enum GrantType: String, CaseIterable, Sendable {
    case authorizationCode = "authorization_code"
    /// Only for clients marked first-party: the person's password passes through the application.
    case password
    case refreshToken = "refresh_token"
    case clientCredentials = "client_credentials"
}
