/// What a token request asks for, one case a grant (RFC 6749 §4.1, §4.3, §4.4, §6).
package enum TokenRequest: Sendable {
    case password(PasswordTokenRequest)
    case refreshToken(RefreshTokenRequest)
    case clientCredentials(TokenTarget)
    case authorizationCode(AuthorizationCodeTokenRequest)

    package var grant: GrantType {
        switch self {
        case .password: .password
        case .refreshToken: .refreshToken
        case .clientCredentials: .clientCredentials
        case .authorizationCode: .authorizationCode
        }
    }

    /// - Throws: `invalid_request`, `unsupported_grant_type`, `invalid_scope` or `invalid_target`.
    package init(_ form: FormParameters) throws(OAuthError) {
        let name = try form.required("grant_type", "grant_type is missing")
        guard let grant = GrantType(rawValue: name) else {
            throw .unsupportedGrantType(reason: "unknown grant type")
        }
        let target = try TokenTarget(form)
        switch grant {
        case .password:
            self = .password(
                PasswordTokenRequest(
                    username: try form.required("username", "username is missing"),
                    password: try form.required("password", "password is missing"), target: target))
        case .refreshToken:
            self = .refreshToken(
                RefreshTokenRequest(
                    token: try form.required("refresh_token", "refresh_token is missing"), target: target))
        case .clientCredentials:
            self = .clientCredentials(target)
        case .authorizationCode:
            self = .authorizationCode(try AuthorizationCodeTokenRequest(form, target: target))
        }
    }
}

/// RFC 6749 §4.1.3 with RFC 7636 §4.5. It has no description: it holds a code and its verifier.
package struct AuthorizationCodeTokenRequest: Sendable {
    package let code: String
    package let redirectURI: String
    package let verifier: CodeVerifier
    package let target: TokenTarget

    /// - Throws: `invalid_request`.
    package init(_ form: FormParameters, target: TokenTarget) throws(OAuthError) {
        code = try form.required("code", "code is missing")
        redirectURI = try form.required("redirect_uri", "redirect_uri is missing")
        let text = try form.required("code_verifier", "code_verifier is missing: PKCE is required")
        guard let verifier = CodeVerifier(text) else {
            throw .invalidRequest("code_verifier must be 43 to 128 unreserved characters")
        }
        self.verifier = verifier
        self.target = target
    }
}

/// RFC 6749 §4.3.2. It has no description: it holds a password.
package struct PasswordTokenRequest: Sendable {
    package let username: String
    package let password: String
    package let target: TokenTarget
}

/// RFC 6749 §6. It has no description: it holds a token.
package struct RefreshTokenRequest: Sendable {
    package let token: String
    package let target: TokenTarget
}

/// What the token is to be good for: the scope (RFC 6749 §3.3) and the services (RFC 8707 §2) that were asked for.
package struct TokenTarget: Hashable, Sendable {
    package static let maximumResources = 8
    /// Nil when the request does not say.
    package let scope: Scope?
    package let resources: [ServiceIdentifier]

    package init(scope: Scope?, resources: [ServiceIdentifier]) {
        self.scope = scope
        self.resources = resources
    }

    package init(_ form: FormParameters) throws(OAuthError) {
        if let text = form["scope"] {
            guard let scope = Scope(text) else { throw .invalidScope("scope is malformed or too long") }
            self.scope = scope
        } else {
            scope = nil
        }
        guard form.resources.count <= Self.maximumResources else {
            throw .invalidTarget("too many resource parameters")
        }
        var resources: [ServiceIdentifier] = []
        for text in form.resources {
            guard let resource = ServiceIdentifier(text) else {
                throw .invalidTarget("resource is not an absolute URI without a fragment")
            }
            resources.append(resource)
        }
        self.resources = resources
    }

    package var asksForNothing: Bool { scope == nil && resources.isEmpty }

    /// The scope of an answer, out of what may be had.
    ///
    /// - Throws: `invalid_scope` when more is asked for.
    package func scope(within allowed: Scope) throws(OAuthError) -> Scope {
        guard let scope else { return allowed }
        guard scope.isSubset(of: allowed) else {
            throw .invalidScope("the scope goes beyond what this client may have", reason: "scope not allowed")
        }
        return scope
    }

    /// The audience of an answer; `openid` adds the issuer, because UserInfo wants it.
    ///
    /// - Parameters:
    ///   - granted: The services that the session was begun for; empty when it was begun for whatever the client may
    ///     have.
    ///   - registered: The services that the client may ask for.
    ///   - scope: The answer's scope.
    /// - Throws: `invalid_target` when another service is asked for; never when none is.
    package func audience(
        granted: [ServiceIdentifier], registered: [ServiceIdentifier], scope: Scope, issuer: Issuer
    ) throws(OAuthError) -> Audience {
        let allowed = granted.isEmpty ? registered : granted.filter(registered.contains)
        let withIssuer = scope.contains("openid") ? [ServiceIdentifier(issuer)] : []
        guard !resources.isEmpty else {
            let usual = granted.isEmpty ? Array(allowed.prefix(1)) : allowed
            return Audience(usual + withIssuer) ?? Audience(issuer)
        }
        guard resources.allSatisfy(allowed.contains) else {
            throw .invalidTarget("the client may not ask for this resource", reason: "resource not allowed")
        }
        guard Audience(resources + [ServiceIdentifier(issuer)]) != nil, let audience = Audience(resources + withIssuer)
        else { throw .invalidTarget("the resources are too long together") }
        return audience
    }
}
