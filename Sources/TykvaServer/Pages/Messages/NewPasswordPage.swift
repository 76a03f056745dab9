import HTTPTypes
import Secrets

/// Asks for a new password after a link of a mail (fields `new`, `repeated`).
struct NewPasswordPage: Page {
    static let template = PageTemplate.newPassword

    enum Occasion: Hashable, Sendable {
        /// The account is there.
        case change
        /// The password makes the account.
        case registration
        /// The first password of an account that an operator made.
        case invitation
    }

    let occasion: Occasion
    let form: PageForm
    let userName: String
    let minimum: PasswordMinimum
    let problem: PasswordPage.Problem?

    init(
        _ form: PageForm, _ occasion: Occasion = .change, userName: String, minimum: PasswordMinimum,
        problem: PasswordPage.Problem? = nil
    ) {
        self.occasion = occasion
        self.form = form
        self.userName = userName
        self.minimum = minimum
        self.problem = problem
    }

    var status: HTTPResponse.Status { PasswordPage.status(problem) }
    var retryAfterSeconds: Int64? { PasswordPage.retryAfterSeconds(problem) }

    var script: PageScript? { .passwordHint }

    func title(_ texts: PageTexts) -> String {
        switch occasion {
        case .change: texts[.choosePasswordTitle]
        case .registration: texts[.registerTitle]
        case .invitation: texts[.chooseAPassword]
        }
    }

    private var action: TextKey {
        switch occasion {
        case .change: .changePassword
        case .registration: .createTheAccount
        case .invitation: .chooseAPassword
        }
    }

    func content(_ texts: PageTexts) -> PageContent {
        var isNewWrong = false
        if case .new = problem { isNewWrong = true }
        let isFirst = occasion != .change
        return [
            "form": form.content, "signInName": userName, "heading": title(texts),
            "whose": texts.phrase(isFirst ? .registerPasswordText : .choosePasswordText, userName).content,
            "action": texts[action],
            "problem": problem.map { PasswordPage.words($0, texts) }, "isNewWrong": isNewWrong,
            "isRepeatWrong": problem == .notRepeated,
            "rule": texts.text(.passwordRule, String(minimum.characters)), "minimum": minimum.characters,
            "isFirstField": true,
        ]
    }
}
