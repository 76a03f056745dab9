import HTTPTypes
import Secrets

/// Changes a password (fields `current`, `new`, `repeated`).
struct PasswordPage: Page {
    static let template = PageTemplate.password

    enum Problem: Hashable, Sendable {
        case wrongCurrent
        case new(PasswordError)
        case notRepeated
        case tooBusy(retryAfterSeconds: Int64)
        case pageIsOld
    }

    let account: AccountFrame?
    let form: PageForm
    let problem: Problem?
    let isChanged: Bool

    init(_ frame: AccountFrame, _ form: PageForm, problem: Problem? = nil, isChanged: Bool = false) {
        account = frame.at(.password)
        self.form = form
        self.problem = problem
        self.isChanged = isChanged
    }

    var status: HTTPResponse.Status { Self.status(problem) }
    var retryAfterSeconds: Int64? { Self.retryAfterSeconds(problem) }

    static func status(_ problem: Problem?) -> HTTPResponse.Status {
        switch problem {
        case nil: .ok
        case .tooBusy: .serviceUnavailable
        default: .unprocessableContent
        }
    }

    static func retryAfterSeconds(_ problem: Problem?) -> Int64? {
        if case .tooBusy(let seconds) = problem { seconds } else { nil }
    }

    func title(_ texts: PageTexts) -> String { texts[.passwordTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        var isNewWrong = false
        if case .new = problem { isNewWrong = true }
        return [
            "form": form.content, "signInName": account?.person.userName,
            "problem": problem.map { Self.words($0, texts) }, "notice": isChanged ? texts[.passwordChanged] : nil,
            "isCurrentWrong": problem == .wrongCurrent, "isNewWrong": isNewWrong,
            "isRepeatWrong": problem == .notRepeated,
            "rule": texts.text(.passwordRule, String(Password.minimumCharacters)),
            "minimum": Password.minimumCharacters,
        ]
    }

    static func words(_ problem: Problem, _ texts: PageTexts) -> String {
        switch problem {
        case .wrongCurrent: texts[.wrongCurrentPassword]
        case .new(.tooShort): texts.text(.passwordTooShort, String(Password.minimumCharacters))
        case .new(.tooLong): texts.text(.passwordTooLong, String(Password.maximumScalars))
        case .new(.controlCharacter): texts[.passwordControlCharacter]
        case .notRepeated: texts[.passwordNotRepeated]
        case .tooBusy: texts[.tooBusy]
        case .pageIsOld: texts[.pageIsOld]
        }
    }
}
