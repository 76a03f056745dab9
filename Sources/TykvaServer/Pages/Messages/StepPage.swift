import HTTPTypes

/// One thing that is said, and at most one that can be done: what links of mails lead to.
struct StepPage: Page {
    static let template = PageTemplate.step

    enum Step: String, CaseIterable, Sendable {
        case linkOver = "link_over"
        case allIsWell = "all_is_well"
        case allIsWellDone = "all_is_well_done"
        case notMe = "not_me"
        case passwordChosen = "password_chosen"
        case forgotSent = "forgot_sent"
        case confirmEmail = "confirm_email"
        case emailConfirmed = "email_confirmed"
        case emailTaken = "email_taken"
        /// The address was given by somebody who need not know the account: whoever reads its mail must.
        case signInToConfirm = "sign_in_to_confirm"
        case registrationSent = "registration_sent"
        case registered
    }

    let step: Step
    let form: PageForm?
    /// What the text names: an address.
    let value: String?
    /// Where a page without a form leads to.
    let next: OwnAddress

    init(_ step: Step, _ form: PageForm? = nil, value: String? = nil, next: OwnAddress = "/sign-in") {
        self.step = step
        self.next = next
        self.form = form
        self.value = value
    }

    var status: HTTPResponse.Status {
        switch step {
        case .linkOver: .gone
        case .emailTaken: .conflict
        case .signInToConfirm: .forbidden
        default: .ok
        }
    }

    func title(_ texts: PageTexts) -> String { texts.known("step_title_", step.rawValue) ?? step.rawValue }

    func content(_ texts: PageTexts) -> PageContent {
        let text = texts.known("step_text_", step.rawValue) ?? ""
        return [
            "heading": title(texts), "text": text, "value": value, "form": form?.content,
            "action": texts.known("step_action_", step.rawValue), "next": form == nil ? next.text : nil,
        ]
    }
}
