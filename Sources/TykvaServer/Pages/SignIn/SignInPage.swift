import HTTPTypes

/// Asks for user name and password (fields `username`, `password`).
struct SignInPage: Page {
    static let template = PageTemplate.signIn
    static let maximumUserNameCharacters = 128

    /// What went wrong the time before; unknown user and wrong password are one case.
    enum Problem: Hashable, Sendable {
        case wrongPair
        case tooBusy(retryAfterSeconds: Int64)
        /// Too many wrong passwords, for whatever is counted: the same words for every name.
        case heldUp(retryAfterSeconds: Int64)
        /// The form was older than an hour, or of another visit.
        case pageIsOld
        case cookiesNeeded
    }

    let form: PageForm
    /// Who asked; nil when it was the person, on the way to the account pages.
    let client: ShownClient?
    /// Who is signed in already, and is asked again because the application wants it.
    let person: ShownPerson?
    let userName: String?
    let problem: Problem?
    /// Whether a forgotten password can be replaced by mail.
    let canReset: Bool
    /// Where people make an account, with the application's request; nil where they cannot.
    let registerAddress: String?

    /// - Parameter userName: `login_hint`, or what was typed before; a stranger's text, shown as the field's value.
    init(
        _ form: PageForm, client: ShownClient?, person: ShownPerson? = nil, userName: String? = nil,
        problem: Problem? = nil, canReset: Bool = false, registerAddress: String? = nil
    ) {
        self.form = form
        self.client = client
        self.person = person
        self.userName = (userName ?? person?.userName).map { String($0.prefix(Self.maximumUserNameCharacters)) }
        self.problem = problem
        self.canReset = canReset
        self.registerAddress = registerAddress
    }

    var formTarget: FormTarget? { form.leadsTo }

    var status: HTTPResponse.Status {
        switch problem {
        case nil: .ok
        case .tooBusy: .serviceUnavailable
        case .heldUp: .tooManyRequests
        case .wrongPair, .pageIsOld, .cookiesNeeded: .unprocessableContent
        }
    }

    var retryAfterSeconds: Int64? {
        switch problem {
        case .tooBusy(let seconds), .heldUp(let seconds): seconds
        default: nil
        }
    }

    func title(_ texts: PageTexts) -> String { texts[.signInTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "form": form.content, "continueTo": client.map { texts.phrase(.continueTo, $0.name).content },
            "askedAgain": person.map { texts.phrase(.askedAgain, $0.name).content },
            "userName": userName, "maximumUserName": Self.maximumUserNameCharacters,
            "problem": problem.map { words($0, texts) }, "isWrong": problem == .wrongPair,
            "isNameKnown": userName != nil, "resetAddress": canReset ? "/password/forgot" : nil,
            "registerAddress": registerAddress,
        ]
    }

    private func words(_ problem: Problem, _ texts: PageTexts) -> String {
        switch problem {
        case .wrongPair: texts[.wrongPair]
        case .tooBusy: texts[.tooBusy]
        case .heldUp(let seconds):
            [
                texts.text(.heldUp, ShownWait(seconds: seconds).words(texts)), texts[.heldUpDevice],
                canReset ? texts[.heldUpReset] : nil,
            ].compactMap(\.self).joined(separator: " ")
        case .pageIsOld: texts[.pageIsOld]
        case .cookiesNeeded: texts[.cookiesNeeded]
        }
    }
}
