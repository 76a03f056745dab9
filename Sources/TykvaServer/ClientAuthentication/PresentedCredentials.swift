import Foundation
import HTTPTypes
package import OAuth

/// How a client presents itself at an endpoint of the protocol (RFC 6749 §2.3): exactly one way a request.
package struct PresentedCredentials: Sendable {
    package static let maximumSecretBytes = 256
    package let client: ClientID
    package let proof: Proof
    /// Whether the Basic scheme was used, and so a refusal must challenge with it.
    package let usedBasic: Bool

    /// It has no description: it may hold a secret.
    package enum Proof: Sendable {
        case none
        case secret(String)
        case assertion(ClientAssertion)
    }

    /// - Parameters:
    ///   - authorization: Every `Authorization` field of the request.
    ///   - form: The request's parameters.
    /// - Throws: `invalid_request` when there are two ways, `invalid_client` when there is none that can be read.
    package init(authorization: [String], form: FormParameters) throws(OAuthError) {
        guard authorization.count <= 1 else { throw .invalidRequest("there is more than one Authorization header") }
        let hasAssertion = form["client_assertion"] != nil || form["client_assertion_type"] != nil
        let ways = [!authorization.isEmpty, form["client_secret"] != nil, hasAssertion].count { $0 }
        guard ways <= 1 else { throw .invalidRequest("the client authenticates in more than one way") }
        if let header = authorization.first {
            self = try Self.basic(header, form)
        } else if hasAssertion {
            self = try Self.assertion(form)
        } else {
            guard let id = form["client_id"] else {
                throw .invalidClient(reason: "the client did not authenticate", challengeBasic: true)
            }
            self = try Self(id, secret: form["client_secret"], usedBasic: false)
        }
    }

    private init(client: ClientID, proof: Proof, usedBasic: Bool) {
        self.client = client
        self.proof = proof
        self.usedBasic = usedBasic
    }

    private init(_ id: String, secret: String?, usedBasic: Bool) throws(OAuthError) {
        guard (secret?.utf8.count ?? 0) <= Self.maximumSecretBytes, let client = ClientID(id) else {
            throw .invalidClient(reason: "client id or secret is malformed", challengeBasic: usedBasic)
        }
        self.init(client: client, proof: secret.map(Proof.secret) ?? .none, usedBasic: usedBasic)
    }

    private static func basic(_ header: String, _ form: FormParameters) throws(OAuthError) -> Self {
        guard let (id, secret) = credentials(header) else {
            throw .invalidClient(reason: "the Authorization header holds no Basic credentials", challengeBasic: true)
        }
        if let other = form["client_id"], other != id {
            throw .invalidRequest("client_id differs from the authenticated client")
        }
        return try Self(id, secret: secret, usedBasic: true)
    }

    /// RFC 7521 §4.2: `client_id` is not needed, and must be the same when it is there.
    private static func assertion(_ form: FormParameters) throws(OAuthError) -> Self {
        guard form["client_assertion_type"] == ClientAssertion.type, let text = form["client_assertion"] else {
            throw .invalidClient(reason: "client_assertion_type is not jwt-bearer, or one of the two is missing")
        }
        let assertion: ClientAssertion
        do throws(InvalidValue) {
            assertion = try ClientAssertion(text)
        } catch {
            throw .invalidClient(reason: "\(error)")
        }
        if let id = form["client_id"], id != assertion.client.text {
            throw .invalidClient(reason: "client_id differs from the client assertion's")
        }
        return Self(client: assertion.client, proof: .assertion(assertion), usedBasic: false)
    }

    /// RFC 7617 with RFC 6749 §2.3.1: id and secret are form-encoded before they are joined.
    private static func credentials(_ header: String) -> (id: String, secret: String)? {
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
