/// A form of ours: where it goes, and the token by which it is known again.
struct PageForm: Sendable {
    /// The name of the hidden field that holds the token.
    static let tokenField = "form"

    let action: OwnAddress
    /// Of `FormTokens`.
    let token: String
    /// Where the redirects after it end, when that is elsewhere.
    let leadsTo: FormTarget?

    init(_ action: OwnAddress, token: String, leadsTo: FormTarget? = nil) {
        self.action = action
        self.token = token
        self.leadsTo = leadsTo
    }

    var content: PageContent { ["formAction": action.text, "formToken": token] }
}
