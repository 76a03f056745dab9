/// Whose password it shall be, as far as others can know it too.
package struct PasswordOwner: Sendable {
    let names: [String]

    package init(userName: String, email: String?, displayName: String?) {
        names = [userName, email, displayName].compactMap(\.self)
    }
}
