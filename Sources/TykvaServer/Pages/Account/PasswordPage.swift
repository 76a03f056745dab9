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
        /// Too many wrong current passwords.
        case heldUp(retryAfterSeconds: Int64)
        case pageIsOld
    }

    let account: AccountFrame?
    let form: PageForm
    let minimum: PasswordMinimum
    let problem: Problem?
    let isChanged: Bool

    init(
        _ frame: AccountFrame, _ form: PageForm, minimum: PasswordMinimum, problem: Problem? = nil,
        isChanged: Bool = false
    ) {
        account = frame.at(.password)
        self.form = form
        self.minimum = minimum
        self.problem = problem
        self.isChanged = isChanged
    }

    var status: HTTPResponse.Status { Self.status(problem) }
    var retryAfterSeconds: Int64? { Self.retryAfterSeconds(problem) }

    static func status(_ problem: Problem?) -> HTTPResponse.Status {
        switch problem {
        case nil: .ok
        case .tooBusy: .serviceUnavailable
        case .heldUp: .tooManyRequests
        default: .unprocessableContent
        }
    }

    static func retryAfterSeconds(_ problem: Problem?) -> Int64? {
        switch problem {
        case .tooBusy(let seconds), .heldUp(let seconds): seconds
        default: nil
        }
    }

    var script: PageScript? { .passwordHint }

    func title(_ texts: PageTexts) -> String { texts[.passwordTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        var isNewWrong = false
        if case .new = problem { isNewWrong = true }
        return [
            "form": form.content, "signInName": account?.person.userName,
            "problem": problem.map { Self.words($0, texts) }, "notice": isChanged ? texts[.passwordChanged] : nil,
            "isCurrentWrong": problem == .wrongCurrent, "isNewWrong": isNewWrong,
            "isRepeatWrong": problem == .notRepeated,
            "rule": texts.text(.passwordRule, String(minimum.characters)), "minimum": minimum.characters,
        ]
    }

    static func words(_ problem: Problem, _ texts: PageTexts) -> String {
        switch problem {
        case .wrongCurrent: texts[.wrongCurrentPassword]
        case .new(let error): words(error, texts)
        case .notRepeated: texts[.passwordNotRepeated]
        case .tooBusy: texts[.tooBusy]
        case .heldUp(let seconds): texts.text(.heldUp, ShownWait(seconds: seconds).words(texts))
        case .pageIsOld: texts[.pageIsOld]
        }
    }

    /// What was wrong, and what to do.
    private static func words(_ error: PasswordError, _ texts: PageTexts) -> String {
        switch error {
        case .tooShort(let minimum): texts.text(.passwordTooShort, String(minimum))
        case .tooLong: texts.text(.passwordTooLong, String(Password.maximumScalars))
        case .controlCharacter: texts[.passwordControlCharacter]
        case .common: texts[.passwordCommon]
        case .repetition: texts[.passwordRepetition]
        case .sequence: texts[.passwordSequence]
        case .ownWords: texts[.passwordOwnWords]
        case .leaked: texts[.passwordLeaked]
        }
    }
}
