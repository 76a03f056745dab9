/// Asks whose password is forgotten (field `username`).
struct ForgotPasswordPage: Page {
    static let template = PageTemplate.forgotPassword
    let form: PageForm
    let userName: String?

    init(_ form: PageForm, userName: String? = nil) {
        self.form = form
        self.userName = userName.map { String($0.prefix(SignInPage.maximumUserNameCharacters)) }
    }

    func title(_ texts: PageTexts) -> String { texts[.forgotTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        ["form": form.content, "userName": userName, "maximumUserName": SignInPage.maximumUserNameCharacters]
    }
}
