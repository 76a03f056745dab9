/// Why a new password is refused: a sentence that a person can act on, without the password.
package enum PasswordError: Error, Sendable, Equatable, CustomStringConvertible {
    case tooShort
    case tooLong
    case controlCharacter

    package var description: String {
        switch self {
        case .tooShort: "a password has at least \(Password.minimumCharacters) characters"
        case .tooLong: "a password has at most \(Password.maximumScalars) characters"
        case .controlCharacter: "a password has no control characters, such as tabs and line breaks"
        }
    }
}
