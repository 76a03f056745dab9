import OAuth
import Secrets

/// An authorization request on its way through our pages: its query travels with it and is checked again at each step.
struct OpenedRequest: Sendable {
    let request: AuthorizationRequest
    /// As it came from the application.
    let query: String
    /// The cookie of the browser in which it is opened.
    let browser: OneTimeValue
    /// Nil when it comes straight from the application, or with a ticket that is none of ours.
    var ticket: RequestTicket?
    /// The row of a pushed request, to be removed once it is answered.
    let pushed: TokenHash?
    /// Whom the application expects: the subject of its hint or of its `claims`.
    let expectedSubject: String?

    /// The address of one of our pages for this request.
    func address(_ place: Place, key: TicketKey, at now: Milliseconds) -> String {
        "\(place.path)?\(carriedQuery(key: key, at: now))"
    }

    /// The query with which the request goes on through our pages.
    func carriedQuery(key: TicketKey, at now: Milliseconds) -> String {
        let ticket = ticket ?? RequestTicket(startedAt: now)
        return "\(query)&\(RequestTicket.parameter)=\(ticket.text(query: query, browser: browser, key: key))"
    }

    /// Where the application's own link led to.
    var beginning: String { "/authorize?\(query)" }

    enum Place: Sendable {
        case signIn, selectAccount, consent, register

        var path: String {
            switch self {
            case .signIn: "/sign-in"
            case .selectAccount: "/select-account"
            case .consent: "/consent"
            case .register: "/register"
            }
        }
    }
}
