/// A refusal with a public face and a private reason (RFC 6749 §5.2).
package struct OAuthError: Error, Sendable {
    /// The word on the wire.
    package enum Code: String, Sendable {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidGrant = "invalid_grant"
        case unauthorizedClient = "unauthorized_client"
        case unsupportedGrantType = "unsupported_grant_type"
        case invalidScope = "invalid_scope"
        /// RFC 8707 §2.
        case invalidTarget = "invalid_target"
        /// RFC 7009 §2.2.1.
        case unsupportedTokenType = "unsupported_token_type"
        /// Storage or the password queue has trouble: the request may be sent again (RFC 6749 §4.1.2.1).
        case temporarilyUnavailable = "temporarily_unavailable"
        /// RFC 6749 §4.1.2.1.
        case accessDenied = "access_denied"
        case unsupportedResponseType = "unsupported_response_type"
        /// OIDC Core §3.1.2.6.
        case loginRequired = "login_required"
        case consentRequired = "consent_required"
        case requestNotSupported = "request_not_supported"
        case requestURINotSupported = "request_uri_not_supported"
        case invalidRequestURI = "invalid_request_uri"
        case registrationNotSupported = "registration_not_supported"
        /// OpenID Connect Core Error Code unmet_authentication_requirements 1.0.
        case unmetAuthenticationRequirements = "unmet_authentication_requirements"
        /// RFC 6750 §3.1.
        case invalidToken = "invalid_token"
        case insufficientScope = "insufficient_scope"
    }

    package let code: Code
    /// Safe to show, and constant, so that no input can leak into it.
    package let description: StaticString
    /// For the log only; never a token, code or password.
    package let reason: String
    /// Whole seconds for `Retry-After`, with `temporarily_unavailable`.
    package let retryAfter: Int?
    /// Whether the client tried the Basic scheme, and so must be challenged with it (RFC 6749 §5.2).
    package let challengeBasic: Bool

    private init(
        _ code: Code, _ description: StaticString, reason: String, retryAfter: Int? = nil, challengeBasic: Bool = false
    ) {
        self.code = code
        self.description = description
        self.reason = reason
        self.retryAfter = retryAfter
        self.challengeBasic = challengeBasic
    }

    package static func invalidRequest(_ description: StaticString, reason: String = "") -> Self {
        Self(.invalidRequest, description, reason: reason)
    }

    package static func invalidClient(reason: String, challengeBasic: Bool = false) -> Self {
        Self(.invalidClient, "client authentication failed", reason: reason, challengeBasic: challengeBasic)
    }

    package static func invalidGrant(_ description: StaticString, reason: String) -> Self {
        Self(.invalidGrant, description, reason: reason)
    }

    package static func unauthorizedClient(_ description: StaticString, reason: String = "") -> Self {
        Self(.unauthorizedClient, description, reason: reason)
    }

    package static func unsupportedGrantType(reason: String) -> Self {
        Self(.unsupportedGrantType, "this grant type is not supported", reason: reason)
    }

    package static func invalidScope(_ description: StaticString, reason: String = "") -> Self {
        Self(.invalidScope, description, reason: reason)
    }

    package static func invalidTarget(_ description: StaticString, reason: String = "") -> Self {
        Self(.invalidTarget, description, reason: reason)
    }

    package static func unsupportedTokenType(_ description: StaticString) -> Self {
        Self(.unsupportedTokenType, description, reason: "")
    }

    package static func temporarilyUnavailable(reason: String, retryAfter: Int) -> Self {
        Self(.temporarilyUnavailable, "try again later", reason: reason, retryAfter: retryAfter)
    }

    package static func accessDenied(reason: String) -> Self {
        Self(.accessDenied, "the person did not agree", reason: reason)
    }

    package static func invalidRequestURI(reason: String) -> Self {
        Self(.invalidRequestURI, "the pushed request is unknown or over", reason: reason)
    }

    package static func invalidToken(reason: String) -> Self {
        Self(.invalidToken, "the access token is invalid or over", reason: reason)
    }

    package static let unsupportedResponseType = Self(
        .unsupportedResponseType, "response_type must be code", reason: "")
    package static let loginRequired = Self(.loginRequired, "the person must sign in", reason: "")
    package static let consentRequired = Self(.consentRequired, "the person must agree first", reason: "")
    package static let requestNotSupported = Self(
        .requestNotSupported, "request objects are not supported", reason: "")
    package static let requestURINotSupported = Self(
        .requestURINotSupported, "only a request_uri that was pushed here is supported", reason: "")
    package static let registrationNotSupported = Self(
        .registrationNotSupported, "the registration parameter is not supported", reason: "")
    package static let unmetAuthenticationRequirements = Self(
        .unmetAuthenticationRequirements, "there is no sign-in of the class that was asked for", reason: "")
    package static let insufficientScope = Self(
        .insufficientScope, "the access token lacks the scope openid", reason: "")
}
