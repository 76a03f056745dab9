/// What the store knows of the master secret that a refresh token was made under.
package enum SecretStanding: Hashable, Sendable {
    /// It makes what is new.
    case active
    /// It did until another took its place.
    case replaced(at: Milliseconds)
    /// It was added, and never was the active one.
    case waiting
    /// It was never added, or was removed, or the store has forgotten it.
    case unknown

    /// Whether it never made anything, as far as the store knows.
    var isUnused: Bool {
        switch self {
        case .active, .replaced: false
        case .waiting, .unknown: true
        }
    }
}
