/// Why a new password is refused: a sentence that a person can act on, without the password.
package enum PasswordError: Error, Sendable, Hashable, CustomStringConvertible {
    case tooShort(minimum: Int)
    case tooLong
    case controlCharacter
    /// A listed word or password, with little beside it.
    case common
    /// One word or a few characters, again and again.
    case repetition
    /// The alphabet, digits, rows of keys.
    case sequence
    /// Nothing but the names of the account and the service.
    case ownWords
    /// In a collection of passwords that were stolen elsewhere.
    case leaked

    package var description: String {
        switch self {
        case .tooShort(let minimum): "a password has at least \(minimum) characters"
        case .tooLong: "a password has at most \(Password.maximumScalars) characters"
        case .controlCharacter: "a password has no control characters, such as tabs and line breaks"
        case .common:
            "this is a common word or password with at most a few digits and signs, and those are tried first: "
                + "put several words together"
        case .repetition: "a password is not one word or a few characters again and again: put different words together"
        case .sequence:
            "a password is not made of rows of the alphabet, of digits or of keys: put several words together"
        case .ownWords:
            "a password is not made of the user's names, their e-mail address or the names of this service: "
                + "choose other words"
        case .leaked:
            "this password is in a collection of stolen ones, which are tried first: choose another, and change it "
                + "wherever else it is used"
        }
    }
}
