/// Why a password was neither hashed nor judged. None of these means that it was wrong.
package enum PasswordHasherError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Too many are waiting: answer 503 with `Retry-After`.
    case overloaded(retryAfterSeconds: Int)
    case storedHashUnreadable
    case outOfMemory
    case cancelled
    case stopped
    case threadsUnavailable(SystemError)
    /// A password out of bounds was to be hashed.
    case outOfBounds

    package var description: String {
        switch self {
        case .overloaded(let seconds): "too many sign-ins are waiting; try again in \(seconds) s"
        case .storedHashUnreadable: "the stored password hash cannot be read"
        case .outOfMemory: "there is not enough memory to hash a password"
        case .cancelled: "the caller went away"
        case .stopped: "password hashing has stopped"
        case .threadsUnavailable(let error): "the threads for password hashing cannot be started: \(error)"
        case .outOfBounds: "the password is longer than a password may be"
        }
    }
}
