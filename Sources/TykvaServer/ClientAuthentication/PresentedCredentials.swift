import Foundation
import HTTPTypes
package import OAuth

/// How a client presents itself at `/token` and `/revoke` (RFC 6749 §2.3): exactly one way a request.
package struct PresentedCredentials: Sendable {
    package static let maximumSecretBytes = 256
    package let client: ClientID
    package let secret: String?
    /// Whether the Basic scheme was used, and so a refusal must challenge with it.
    package let usedBasic: Bool

    /// - Parameters:
    ///   - authorization: Every `Authorization` field of the request.
    ///   - form: The request's parameters.
    /// - Throws: `invalid_request` when there are two ways, `invalid_client` when there is none that can be read.
    package init(authorization: [String], form: FormParameters) throws(OAuthError) {
        guard authorization.count <= 1 else { throw .invalidRequest("there is more than one Authorization header") }
        let id: String
        if let header = authorization.first {
            guard form["client_secret"] == nil else {
                throw .invalidRequest("the client authenticates in more than one way")
            }
            guard let (name, secret) = Self.basic(header) else {
                throw .invalidClient(
                    reason: "the Authorization header holds no Basic credentials", challengeBasic: true)
            }
            if let other = form["client_id"], other != name {
                throw .invalidRequest("client_id differs from the authenticated client")
            }
            (id, self.secret, usedBasic) = (name, secret, true)
        } else {
            guard let name = form["client_id"] else {
                throw .invalidClient(reason: "the client did not authenticate", challengeBasic: true)
            }
            (id, secret, usedBasic) = (name, form["client_secret"], false)
        }
        guard (secret?.utf8.count ?? 0) <= Self.maximumSecretBytes, let client = ClientID(id) else {
            throw .invalidClient(reason: "client id or secret is malformed", challengeBasic: usedBasic)
        }
        self.client = client
    }

    /// RFC 7617 with RFC 6749 §2.3.1: id and secret are form-encoded before they are joined.
    private static func basic(_ header: String) -> (id: String, secret: String)? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic", parts[1].utf8.count <= 1024,
            let data = Data(base64Encoded: String(parts[1])).map([UInt8].init),
            let colon = data.firstIndex(of: UInt8(ascii: ":")),
            let id = FormParameters.decoded(data[..<colon]),
            let secret = FormParameters.decoded(data[data.index(after: colon)...])
        else { return nil }
        return (id, secret)
    }
}
