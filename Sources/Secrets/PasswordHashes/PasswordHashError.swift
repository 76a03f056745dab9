/// Why the hash of a password cannot be taken over: a sentence for an operator, without the hash.
package enum PasswordHashError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknownScheme
    case damaged(PasswordScheme)
    /// It would cost more than `PasswordHashLimits` allow.
    case tooDear(PasswordScheme)

    package var description: String {
        switch self {
        case .unknownScheme: "it is of no scheme that can be verified here"
        case .damaged(let scheme): "it is not a whole \(scheme.rawValue) hash"
        case .tooDear(let scheme): "verifying it would cost too much: \(PasswordHashLimits.text(scheme))"
        }
    }
}
