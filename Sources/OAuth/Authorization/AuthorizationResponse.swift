/// What an application is told through the person's browser: a code or an error, with `state` and `iss`.
///
/// `iss` lets a client that uses several issuers see a mix-up (RFC 9207).
package struct AuthorizationResponse: Sendable {
    package let target: AuthorizationTarget
    package let parameters: [(name: String, value: String)]

    package init(code: String, to target: AuthorizationTarget, issuer: Issuer) {
        self.init([("code", code)], target, issuer)
    }

    package init(_ error: OAuthError, to target: AuthorizationTarget, issuer: Issuer) {
        self.init(
            [("error", error.code.rawValue), ("error_description", error.description.description)], target, issuer)
    }

    private init(_ first: [(String, String)], _ target: AuthorizationTarget, _ issuer: Issuer) {
        self.target = target
        let state = target.state.map { [("state", $0)] } ?? []
        parameters = (first + state + [("iss", issuer.text)]).map { (name: $0.0, value: $0.1) }
    }

    /// For `response_mode=query`: the redirect URI with the answer in its query (RFC 6749 §4.1.2).
    package var location: String {
        let query = parameters.map { "\($0.name)=\(percentEncoded($0.value))" }.joined(separator: "&")
        return target.redirectURI.text + (target.redirectURI.text.contains("?") ? "&" : "?") + query
    }
}

/// Every byte that is not unreserved is escaped (RFC 3986 §2.1, §2.3).
package func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        if isUnreserved(byte) {
            bytes.append(byte)
        } else {
            bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
