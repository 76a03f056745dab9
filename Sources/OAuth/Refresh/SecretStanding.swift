/// What the store knows of the master secret that a refresh token was made under.
package enum SecretStanding: Hashable, Sendable {
    /// It makes what is new.
    case active
    /// It did until another took its place.
    case replaced(at: Milliseconds)
    /// It was added, and never was the active one.
    ///
    /// - isNext: Whether it is newer than the active one: what is activated usually is.
    case waiting(isNext: Bool)
    /// It was never added, or was removed, or the store has forgotten it.
    case unknown
}
