/// Hands the answer to the application as a form (OAuth 2.0 Form Post Response Mode): a button, and a script that
/// presses it.
struct FormPostPage: Page {
    static let template = PageTemplate.formPost
    let redirectURI: String
    let parameters: [(name: String, value: String)]
    let formTarget: FormTarget?

    /// - Parameter redirectURI: Validated.
    /// - Returns: Nil when it is not http(s): nothing else takes a form.
    init?(redirectURI: String, parameters: [(name: String, value: String)]) {
        guard redirectURI.hasPrefix("https://") || redirectURI.hasPrefix("http://"),
            let target = FormTarget(redirectURI: redirectURI)
        else { return nil }
        self.redirectURI = redirectURI
        self.parameters = parameters
        formTarget = target
    }

    var script: PageScript? { .formPost }

    func title(_ texts: PageTexts) -> String { texts[.formPostTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "redirectURI": redirectURI, "leadsTo": formTarget.map { texts.phrase(.leadsTo, $0.shownHost).content },
            "parameters": parameters.map { ["fieldName": $0.name, "fieldValue": $0.value] as PageContent },
        ]
    }
}
