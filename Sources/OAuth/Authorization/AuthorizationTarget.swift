/// The first stage of an authorization request: a registered client, and a place of its own to answer to.
///
/// Only once these are proven may anything be redirected (RFC 6749 §4.1.2.1).
package struct AuthorizationTarget: Sendable {
    package static let maximumStateBytes = 4096
    package let client: Client
    package let redirectURI: ValidatedRedirectURI
    package let state: String?
    package let responseMode: ResponseMode

    /// - Parameter client: The client that `clientID(in:)` named, when there is one.
    /// - Throws: `page`.
    package init(_ parameters: FormParameters, client: Client?) throws(AuthorizationError) {
        guard let client else {
            throw .page(.client, .invalidRequest("this application is not known here", reason: "unknown client"))
        }
        guard !parameters.repeated.contains("redirect_uri") else {
            throw .page(.redirectURI, .invalidRequest("redirect_uri is repeated"))
        }
        guard let requested = parameters["redirect_uri"] else {
            throw .page(.redirectURI, .invalidRequest("redirect_uri is missing"))
        }
        guard let redirectURI = ValidatedRedirectURI(requested, among: client.redirectURIs) else {
            throw .page(
                .redirectURI,
                .invalidRequest(
                    "the application asked to be answered at an address that it has not registered",
                    reason: "client \(client.id), which has \(client.redirectURIs.count)"))
        }
        self.client = client
        self.redirectURI = redirectURI
        let hasState = !parameters.repeated.contains("state")
        state = hasState ? parameters["state"] : nil
        responseMode = parameters["response_mode"].flatMap(ResponseMode.init(rawValue:)) ?? .query
    }

    /// Who a request says that it is from.
    ///
    /// - Throws: `page`.
    package static func clientID(in parameters: FormParameters) throws(AuthorizationError) -> ClientID {
        guard !parameters.repeated.contains("client_id") else {
            throw .page(.client, .invalidRequest("client_id is repeated"))
        }
        guard let text = parameters["client_id"] else { throw .page(.client, .invalidRequest("client_id is missing")) }
        guard let id = ClientID(text) else {
            throw .page(.client, .invalidRequest("this application is not known here", reason: "malformed client id"))
        }
        return id
    }

    package func refusing(_ error: OAuthError) -> AuthorizationError { .redirect(error, to: self) }
}
