/// Asks whether to go on as the person who is signed in, or as another (field `account`: `current` or `other`).
struct SelectAccountPage: Page {
    static let template = PageTemplate.selectAccount
    let form: PageForm
    let person: ShownPerson
    let client: ShownClient

    init(_ form: PageForm, person: ShownPerson, client: ShownClient) {
        self.form = form
        self.person = person
        self.client = client
    }

    var formTarget: FormTarget? { form.leadsTo }

    func title(_ texts: PageTexts) -> String { texts[.selectAccountTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "form": form.content, "person": person.content,
            "continueTo": texts.phrase(.continueTo, client.name).content,
        ]
    }
}
