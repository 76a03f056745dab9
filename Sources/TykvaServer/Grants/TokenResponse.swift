package import OAuth

/// The successful answer of the token endpoint (RFC 6749 §5.1, OIDC Core §3.1.3.3).
///
/// It has no description: it holds tokens.
package struct TokenResponse: Sendable {
    package let accessToken: String
    /// Whole seconds.
    package let expiresIn: Int64
    package let idToken: String?
    package let refreshToken: String?
    package let scope: Scope

    /// Every text here is of a type whose form needs no JSON escapes.
    package func json() -> String {
        var json = #"{"access_token":"\#(accessToken)","token_type":"Bearer","expires_in":\#(expiresIn)"#
        if let idToken { json += #","id_token":"\#(idToken)""# }
        if let refreshToken { json += #","refresh_token":"\#(refreshToken)""# }
        if !scope.isEmpty { json += #","scope":"\#(scope.text)""# }
        return json + "}"
    }
}
