import HTTPTypes

/// Shows a person what is known of them.
struct ProfilePage: Page {
    static let template = PageTemplate.profile
    let account: AccountFrame?
    let email: String?
    let isEmailVerified: Bool
    let roles: [String]
    let groups: [String]
    /// Changes the address (fields `email`, `current`); nil where nobody can be written to.
    let changeEmail: PageForm?
    let problem: Problem?
    let isSent: Bool

    enum Problem: Hashable, Sendable {
        case malformedEmail, wrongCurrent
        case tooBusy(retryAfterSeconds: Int64)
        case heldUp(retryAfterSeconds: Int64)
    }

    init(
        _ frame: AccountFrame, email: String?, isEmailVerified: Bool, roles: [String], groups: [String] = [],
        changeEmail: PageForm? = nil, problem: Problem? = nil, isSent: Bool = false
    ) {
        account = frame.at(.profile)
        self.changeEmail = changeEmail
        self.problem = problem
        self.isSent = isSent
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.roles = roles
        self.groups = groups
    }

    var status: HTTPResponse.Status {
        switch problem {
        case nil: .ok
        case .tooBusy: .serviceUnavailable
        case .heldUp: .tooManyRequests
        case .malformedEmail, .wrongCurrent: .unprocessableContent
        }
    }

    var retryAfterSeconds: Int64? {
        switch problem {
        case .tooBusy(let seconds), .heldUp(let seconds): seconds
        default: nil
        }
    }

    private static func words(_ problem: Problem, _ texts: PageTexts) -> String {
        switch problem {
        case .malformedEmail: texts[.emailMalformed]
        case .wrongCurrent: texts[.wrongCurrentPassword]
        case .tooBusy: texts[.tooBusy]
        case .heldUp(let seconds): texts.text(.heldUp, ShownWait(seconds: seconds).words(texts))
        }
    }

    func title(_ texts: PageTexts) -> String { texts[.profileTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "displayName": account?.person.name, "signInName": account?.person.userName,
            "email": email, "isEmailVerified": isEmailVerified, "roles": roles, "hasRoles": !roles.isEmpty,
            "groups": groups, "hasGroups": !groups.isEmpty, "form": changeEmail?.content,
            "problem": problem.map { Self.words($0, texts) }, "notice": isSent ? texts[.emailSent] : nil,
        ]
    }
}
