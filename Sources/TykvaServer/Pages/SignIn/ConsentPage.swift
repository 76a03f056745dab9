import OAuth

/// Asks whether an application may have what it asks for (field `decision`: `allow` or `deny`).
struct ConsentPage: Page {
    static let template = PageTemplate.consent
    let form: PageForm
    let client: ShownClient
    let person: ShownPerson
    /// Where the person is sent afterwards: the host of the redirect URI.
    let redirectHost: String
    let permissions: Permissions

    /// - Parameters:
    ///   - form: Its `leadsTo` is made of the redirect URI.
    ///   - claims: Names of attributes that it gets beside those of the scope: by its claim policy, or by `claims`.
    init(
        _ form: PageForm, client: ShownClient, person: ShownPerson, redirectHost: String, scope: Scope, claims: [String]
    ) {
        self.form = form
        self.client = client
        self.person = person
        self.redirectHost = redirectHost
        permissions = Permissions(scope: scope, claims: claims)
    }

    var formTarget: FormTarget? { form.leadsTo }

    func title(_ texts: PageTexts) -> String { texts[.consentTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "form": form.content, "client": client.content, "person": person.content,
            "wants": texts.phrase(.clientWants, client.name).content,
            "permissions": permissions.content(texts),
            "leadsTo": texts.phrase(.leadsTo, redirectHost).content,
        ]
    }
}
