/// Whom a logout token signs out (OpenID Connect Back-Channel Logout 1.0 §2.7).
public enum LogoutTarget: Sendable, Hashable {
    /// One session at the issuer: the application's sessions that began with an ID token of this `sid`. The `sub` is
    /// there when the token names it too.
    case session(String, subject: String?)

    /// Every session of the person with this `sub`.
    case everySession(subject: String)
}
