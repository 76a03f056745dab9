import Crypto
import Foundation
package import OAuth

/// Finds who stands in a file twice, when nothing is written that the store could tell it by.
///
/// It remembers 16 bytes of the SHA-256 of each name and of each verified address.
package struct ImportDuplicates {
    private var seen: Set<UInt128> = []

    package init() {}

    /// - Returns: Why the user cannot come after those before; nil when they can, who is remembered then.
    package mutating func take(_ user: NewUser) -> InvalidValue? {
        let name = Self.digest("name", user.name.key)
        guard !seen.contains(name) else {
            return InvalidValue("user \(user.name)", "this name stands in the file before")
        }
        if user.emailIsVerified, let email = user.email {
            guard seen.insert(Self.digest("e-mail", email.key)).inserted else {
                return InvalidValue("user \(user.name)", "their verified e-mail address stands in the file before")
            }
        }
        seen.insert(name)
        return nil
    }

    private static func digest(_ kind: String, _ text: String) -> UInt128 {
        SHA256.hash(data: Data("\(kind) \(text)".utf8)).prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
    }
}
