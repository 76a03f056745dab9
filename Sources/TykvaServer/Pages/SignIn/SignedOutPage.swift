/// Says that the person is signed out.
struct SignedOutPage: Page {
    static let template = PageTemplate.signedOut
    let back: ClientLink?

    init(back: ClientLink? = nil) {
        self.back = back
    }

    func title(_ texts: PageTexts) -> String { texts[.signedOutTitle] }

    func content(_ texts: PageTexts) -> PageContent { ["back": back?.content(texts)] }
}

/// A link to an application: only to what a client registered, and never to a scheme that runs something here.
struct ClientLink: Hashable, Sendable {
    private let name: String
    private let uri: String

    /// - Returns: Nil when the URI is neither http(s) nor of a private-use scheme.
    init?(name: String, uri: String) {
        guard FormTarget(redirectURI: uri) != nil else { return nil }
        self.name = name
        self.uri = uri
    }

    func content(_ texts: PageTexts) -> PageContent {
        ["linkAddress": uri, "linkText": texts.text(.backTo, name)]
    }
}
