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
    /// Sends the link that confirms the address; nil where there is nothing to confirm, or nobody can be written to.
    let confirmEmail: PageForm?
    let problem: Problem?
    let sent: Sent?

    /// What was sent: the address's query says so.
    enum Sent: String, Sendable {
        case change = "sent"
        case confirmation = "confirmation-sent"
    }

    enum Problem: Hashable, Sendable {
        case malformedEmail, wrongCurrent, askedTooOften
        case tooBusy(retryAfterSeconds: Int64)
        case heldUp(retryAfterSeconds: Int64)
    }

    init(
        _ frame: AccountFrame, email: String?, isEmailVerified: Bool, roles: [String], groups: [String] = [],
        changeEmail: PageForm? = nil, confirmEmail: PageForm? = nil, problem: Problem? = nil, sent: Sent? = nil
    ) {
        account = frame.at(.profile)
        self.changeEmail = changeEmail
        self.problem = problem
        self.confirmEmail = confirmEmail
        self.sent = sent
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.roles = roles
        self.groups = groups
    }

    var status: HTTPResponse.Status {
        switch problem {
        case nil: .ok
        case .tooBusy: .serviceUnavailable
        case .heldUp, .askedTooOften: .tooManyRequests
        case .malformedEmail, .wrongCurrent: .unprocessableContent
        }
    }

    var retryAfterSeconds: Int64? {
        switch problem {
        case .tooBusy(let seconds), .heldUp(let seconds): seconds
        case .askedTooOften: 3600
        default: nil
        }
    }

    private static func words(_ problem: Problem, _ texts: PageTexts) -> String {
        switch problem {
        case .malformedEmail: texts[.emailMalformed]
        case .wrongCurrent: texts[.wrongCurrentPassword]
        case .tooBusy: texts[.tooBusy]
        case .askedTooOften: texts[.emailTooOften]
        case .heldUp(let seconds): texts.text(.heldUp, ShownWait(seconds: seconds).words(texts))
        }
    }

    func title(_ texts: PageTexts) -> String { texts[.profileTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "displayName": account?.person.name, "signInName": account?.person.userName,
            "email": email, "isEmailVerified": isEmailVerified, "roles": roles, "hasRoles": !roles.isEmpty,
            "groups": groups, "hasGroups": !groups.isEmpty, "form": changeEmail?.content,
            "problem": problem.map { Self.words($0, texts) },
            "notice": sent.map { texts[$0 == .change ? .emailSent : .emailConfirmationSent] },
            "confirm": confirmEmail?.content,
        ]
    }
}
