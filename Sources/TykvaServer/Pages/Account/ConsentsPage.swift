import OAuth

/// Shows a person what they allowed to which application, and takes it back (field `client`).
struct ConsentsPage: Page {
    static let template = PageTemplate.consents

    struct Consent: Sendable {
        let client: ShownClient
        let permissions: Permissions
        let grantedAt: Milliseconds

        init(client: ShownClient, scope: Scope, grantedAt: Milliseconds) {
            self.client = client
            permissions = Permissions(scope: scope)
            self.grantedAt = grantedAt
        }
    }

    let account: AccountFrame?
    let consents: [Consent]
    let withdraw: PageForm
    let isWithdrawn: Bool

    init(_ frame: AccountFrame, _ consents: [Consent], withdraw: PageForm, isWithdrawn: Bool = false) {
        account = frame.at(.consents)
        self.consents = consents
        self.withdraw = withdraw
        self.isWithdrawn = isWithdrawn
    }

    func title(_ texts: PageTexts) -> String { texts[.consentsTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "notice": isWithdrawn ? texts[.consentWithdrawn] : nil, "hasNone": consents.isEmpty,
            "consents": consents.map { consent -> PageContent in
                [
                    "form": withdraw.content, "client": consent.client.content, "reference": consent.client.id.text,
                    "permissions": consent.permissions.content(texts),
                    "grantedAt": PageTime(consent.grantedAt).content(texts),
                    "withdrawLabel": texts.text(.withdrawFrom, consent.client.name),
                ]
            },
        ]
    }
}
