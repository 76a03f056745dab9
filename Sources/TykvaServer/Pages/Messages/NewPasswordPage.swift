import HTTPTypes
import Secrets

/// Asks for a new password after a link of a mail (fields `new`, `repeated`).
struct NewPasswordPage: Page {
    static let template = PageTemplate.newPassword
    let form: PageForm
    let userName: String
    let minimum: PasswordMinimum
    let problem: PasswordPage.Problem?

    init(
        _ form: PageForm, userName: String, minimum: PasswordMinimum, problem: PasswordPage.Problem? = nil
    ) {
        self.form = form
        self.userName = userName
        self.minimum = minimum
        self.problem = problem
    }

    var status: HTTPResponse.Status { PasswordPage.status(problem) }
    var retryAfterSeconds: Int64? { PasswordPage.retryAfterSeconds(problem) }

    var script: PageScript? { .passwordHint }

    func title(_ texts: PageTexts) -> String { texts[.choosePasswordTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        var isNewWrong = false
        if case .new = problem { isNewWrong = true }
        return [
            "form": form.content, "signInName": userName, "whose": texts.phrase(.choosePasswordText, userName).content,
            "problem": problem.map { PasswordPage.words($0, texts) }, "isNewWrong": isNewWrong,
            "isRepeatWrong": problem == .notRepeated,
            "rule": texts.text(.passwordRule, String(minimum.characters)), "minimum": minimum.characters,
            "isFirstField": true,
        ]
    }
}
