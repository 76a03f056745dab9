/// What a new password must be, wherever one is chosen (docs/passwords.md).
///
/// They hold for new passwords only: nobody is made to change one (NIST SP 800-63B-4 §3.1.1.2).
package struct PasswordRules: Sendable {
    package let minimum: PasswordMinimum
    let common: CommonPasswords
    let serviceNames: [String]
    let leaked: (any LeakedPasswords)?

    /// - Parameters:
    ///   - common: Words and passwords that are tried first.
    ///   - serviceNames: What the service is called: the host of its issuer, the name on its pages.
    ///   - leaked: Who knows leaked passwords; nil when nobody is to be asked.
    package init(
        minimum: PasswordMinimum, common: CommonPasswords, serviceNames: [String], leaked: (any LeakedPasswords)?
    ) {
        self.minimum = minimum
        self.common = common
        self.serviceNames = serviceNames
        self.leaked = leaked
    }
}
