/// Asks whether to sign out, when it is not sure that the person wants it (field `decision`: `sign_out` or `stay`).
///
/// OpenID Connect RP-Initiated Logout 1.0 §2.
struct ConfirmSignOutPage: Page {
    static let template = PageTemplate.confirmSignOut
    let form: PageForm
    let person: ShownPerson
    let client: ShownClient?

    init(_ form: PageForm, person: ShownPerson, client: ShownClient?) {
        self.form = form
        self.person = person
        self.client = client
    }

    var formTarget: FormTarget? { form.leadsTo }

    func title(_ texts: PageTexts) -> String { texts[.confirmSignOutTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "form": form.content, "person": person.content,
            "asks": client.map { texts.phrase(.clientAsksSignOut, $0.name).content },
        ]
    }
}
