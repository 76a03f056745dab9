/// Says that the person is signed out.
struct SignedOutPage: Page {
    static let template = PageTemplate.signedOut

    func title(_ texts: PageTexts) -> String { texts[.signedOutTitle] }

    func content(_ texts: PageTexts) -> PageContent { [:] }
}
