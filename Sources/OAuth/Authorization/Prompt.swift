/// What the person is to be asked, whether or not they are signed in (OIDC Core §3.1.2.1).
package enum Prompt: String, CaseIterable, Sendable {
    case none
    case login
    case consent
    case selectAccount = "select_account"
}
