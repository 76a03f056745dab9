/// How many characters a new password has at least.
///
/// 15 where a password is the only factor, and never below 8 (NIST SP 800-63B-4 §3.1.1.2).
package struct PasswordMinimum: Sendable, Equatable {
    package struct OutOfBounds: Error, Sendable, Equatable, CustomStringConvertible {
        package var description: String {
            let bounds = PasswordMinimum.bounds
            return "the minimum of a password is \(bounds.lowerBound) to \(bounds.upperBound) characters"
        }
    }

    package static let bounds = 8...64
    package static let standard = PasswordMinimum(unchecked: 15)

    package let characters: Int

    package init(_ characters: Int) throws(OutOfBounds) {
        guard Self.bounds.contains(characters) else { throw OutOfBounds() }
        self.init(unchecked: characters)
    }

    private init(unchecked characters: Int) {
        self.characters = characters
    }
}
