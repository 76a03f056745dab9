package import Secrets

extension ServerConfiguration {
    /// What new passwords are held against.
    package struct Passwords: Sendable {
        package var minimum: PasswordMinimum
        package var common: CommonPasswords
        /// Where leaked passwords are asked for; nil when nobody is asked.
        package var leaked: LeakedPasswordsURL?
        /// How long that may take: a person waits for it.
        package var leakedSeconds = Limits.leakedPasswordSeconds

        package init(
            minimum: PasswordMinimum = .standard, common: CommonPasswords = .init(dictionary: .system, list: nil),
            leaked: LeakedPasswordsURL? = nil
        ) {
            self.minimum = minimum
            self.common = common
            self.leaked = leaked
        }
    }
}
