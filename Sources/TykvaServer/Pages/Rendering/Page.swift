import HTTPTypes

/// A page as a value: what its template is filled with, and what its answer says beside the markup.
protocol Page: Sendable {
    static var template: PageTemplate { get }
    var status: HTTPResponse.Status { get }
    /// What `Retry-After` says, in seconds.
    var retryAfterSeconds: Int64? { get }
    /// Where a form of the page may lead in the end, beside our own origin.
    var formTarget: FormTarget? { get }
    var script: PageScript? { get }
    /// The person whose account the page belongs to; such pages have the account's navigation.
    var account: AccountFrame? { get }

    /// The page's name, as a window's title and in a history: never with anything of the request in it.
    func title(_ texts: PageTexts) -> String
    func content(_ texts: PageTexts) -> PageContent
}

extension Page {
    var status: HTTPResponse.Status { .ok }
    var retryAfterSeconds: Int64? { nil }
    var formTarget: FormTarget? { nil }
    var script: PageScript? { nil }
    var account: AccountFrame? { nil }
}
