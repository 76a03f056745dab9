/// Tells whoever has just signed in what happened meanwhile, once, before they go on.
struct NoticesPage: Page {
    static let template = PageTemplate.notices
    let notices: [ShownNotice]
    /// Where they were going.
    let next: String

    func title(_ texts: PageTexts) -> String { texts[.noticesTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        ["notices": notices.map { $0.content(texts) }, "continueAddress": next]
    }
}
