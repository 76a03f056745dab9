import HTTPTypes

/// Asks for what an account is made of, but for the password (fields `email`, `name`).
struct RegisterPage: Page {
    static let template = PageTemplate.register

    /// What was typed before: a stranger's text, shown as the fields' values.
    struct Typed: Hashable, Sendable {
        let email: String
        let name: String

        init(email: String = "", name: String = "") {
            self.email = String(email.prefix(256))
            self.name = String(name.prefix(256))
        }
    }

    enum Problem: Hashable, Sendable {
        case malformedEmail, malformedName, pageIsOld
        /// Only addresses of these domains are taken.
        case otherDomain([String])
    }

    let form: PageForm
    /// Who asked for the sign-in; nil when it was the person.
    let client: ShownClient?
    let typed: Typed
    /// Where people sign in who have an account, with the application's request.
    let signInAddress: String
    let problem: Problem?

    init(
        _ form: PageForm, client: ShownClient?, typed: Typed = Typed(), signInAddress: String = "/sign-in",
        problem: Problem? = nil
    ) {
        self.form = form
        self.client = client
        self.typed = typed
        self.signInAddress = signInAddress
        self.problem = problem
    }

    var formTarget: FormTarget? { form.leadsTo }

    var status: HTTPResponse.Status { problem == nil ? .ok : .unprocessableContent }

    func title(_ texts: PageTexts) -> String { texts[.registerTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "form": form.content, "continueTo": client.map { texts.phrase(.continueTo, $0.name).content },
            "email": typed.email, "name": typed.name, "problem": problem.map { Self.words($0, texts) },
            "isEmailWrong": isEmailWrong, "isNameWrong": problem == .malformedName, "signInAddress": signInAddress,
        ]
    }

    private var isEmailWrong: Bool {
        switch problem {
        case .malformedEmail, .otherDomain: true
        case nil, .malformedName, .pageIsOld: false
        }
    }

    private static func words(_ problem: Problem, _ texts: PageTexts) -> String {
        switch problem {
        case .malformedEmail: texts[.emailMalformed]
        case .malformedName: texts[.nameMalformed]
        case .pageIsOld: texts[.pageIsOld]
        case .otherDomain(let domains): texts.text(.emailOtherDomain, domains.joined(separator: ", "))
        }
    }
}
