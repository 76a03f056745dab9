import HTTPTypes
import OAuth

/// Says what went wrong, what the person can do, and by which id the log knows it.
struct ErrorPage: Page {
    static let template = PageTemplate.error

    enum Kind: String, CaseIterable, Sendable {
        case unknownClient = "unknown_client"
        case wrongRedirect = "wrong_redirect"
        case badRequest = "bad_request"
        case pageIsOld = "page_is_old"
        case cookiesNeeded = "cookies_needed"
        case foreignForm = "foreign_form"
        case tooBusy = "too_busy"
        case tooManyRequests = "too_many_requests"
        case unavailable
        case signOutRefused = "sign_out_refused"
        case notFound = "not_found"
        case tooLarge = "too_large"
    }

    let kind: Kind
    let requestID: String?
    let developer: OAuthError?
    let again: OwnAddress?
    let retryAfterSeconds: Int64?

    /// - Parameters:
    ///   - requestID: As in the answer's header and in the log.
    ///   - developer: What the application did wrong; its code and its constant description are shown.
    ///   - again: Where the person can start over.
    init(
        _ kind: Kind, requestID: String?, developer: OAuthError? = nil, again: OwnAddress? = nil,
        retryAfterSeconds: Int64? = nil
    ) {
        self.kind = kind
        self.requestID = requestID
        self.developer = developer
        self.again = again
        self.retryAfterSeconds = retryAfterSeconds ?? developer?.retryAfter.map(Int64.init)
    }

    var status: HTTPResponse.Status {
        switch kind {
        case .unknownClient, .wrongRedirect, .badRequest, .signOutRefused, .pageIsOld: .badRequest
        case .cookiesNeeded, .foreignForm: .forbidden
        case .tooBusy, .unavailable: .serviceUnavailable
        case .tooManyRequests: .tooManyRequests
        case .notFound: .notFound
        case .tooLarge: .contentTooLarge
        }
    }

    /// A way on for somebody whom another site has led here; while we are in trouble there is none.
    private var leadsToAccount: Bool {
        switch kind {
        case .unknownClient, .wrongRedirect, .badRequest, .signOutRefused, .notFound: true
        case .pageIsOld, .cookiesNeeded, .foreignForm, .tooBusy, .tooManyRequests, .unavailable, .tooLarge: false
        }
    }

    func title(_ texts: PageTexts) -> String { texts.known("error_title_", kind.rawValue) ?? kind.rawValue }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "heading": title(texts), "explanation": texts.known("error_text_", kind.rawValue),
            "requestID": requestID, "again": again?.text, "leadsToAccount": leadsToAccount,
            "developer": developer.map { ["code": $0.code.rawValue, "reason": "\($0.description)"] as PageContent },
        ]
    }
}
