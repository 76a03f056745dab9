import HTTPTypes
import OAuth

/// Whether a form comes from a page of ours, as far as the browser tells: beside the form's token.
enum OwnForms {
    /// Why a form is refused; for the log.
    enum Refusal: String, Error, Sendable {
        /// `Sec-Fetch-Site` names another site, or a neighbour.
        case foreignSite = "the form was sent by another site"
        /// `Origin` is another one, or the opaque `null`.
        case foreignOrigin = "the form was sent from another origin"
    }

    /// https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header and RFC 6454 §7.3. Both may be absent: old browsers
    /// and programs send neither.
    static func refusal(of headers: HTTPFields, issuer: Issuer) -> Refusal? {
        guard headers[values: .secFetchSite].allSatisfy({ $0 == "same-origin" || $0 == "none" }) else {
            return .foreignSite
        }
        guard headers[values: .origin].allSatisfy({ $0 == issuer.text }) else { return .foreignOrigin }
        return nil
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}
