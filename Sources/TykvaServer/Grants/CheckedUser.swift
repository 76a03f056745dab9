package import OAuth
package import Storage

/// Somebody whose password was right.
package struct CheckedUser: Sendable {
    package let record: SignInRecord
    /// Records of wrong guesses that their sign-in removes, in its transaction.
    package let pastGuesses: [GuessKey]
}
