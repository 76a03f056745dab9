/// The second stage: everything that an application asks for, checked (OIDC Core §3.1.2.1, RFC 7636, RFC 8707).
package struct AuthorizationRequest: Sendable {
    package let target: AuthorizationTarget
    /// What of the asked scope is registered for the client; the rest is dropped (RFC 6749 §3.3).
    package let scope: Scope
    package let resources: [ServiceIdentifier]
    package let challenge: CodeChallenge
    package let nonce: String?
    package let prompts: Set<Prompt>
    /// Seconds since the person last proved who they are.
    package let maximumAge: Int64?
    package let loginHint: String?
    package let uiLocales: [String]
    /// An ID token that says who is expected; its signature is checked where the keys are.
    package let idTokenHint: String?
    package let claims: ClaimsRequest

    /// Every parameter that is looked at, also those that are refused; nothing else need be kept of a request.
    package static let parameterNames: Set = [
        "client_id", "redirect_uri", "response_type", "response_mode", "scope", "resource", "state", "nonce",
        "code_challenge", "code_challenge_method", "prompt", "max_age", "login_hint", "ui_locales", "acr_values",
        "id_token_hint", "claims", "request", "request_uri", "registration",
    ]

    package enum Limits {
        package static let nonceBytes = 512
        package static let loginHintBytes = 256
        package static let uiLocales = 16
        package static let maximumAge: Int64 = 1 << 31
    }

    /// - Parameter issuer: Whose audience `openid` adds.
    /// - Throws: `redirect`, in the words of OIDC Core §3.1.2.6.
    package init(
        _ parameters: FormParameters, target: AuthorizationTarget, issuer: Issuer
    ) throws(AuthorizationError) {
        self.target = target
        do throws(OAuthError) {
            try Self.refuseUnsupported(parameters, client: target.client)
            challenge = try Self.challenge(parameters)
            let wanted = try TokenTarget(parameters)
            scope = Self.scope(wanted.scope, client: target.client)
            resources = wanted.resources
            // Refused here, where there is somebody to tell.
            _ = try wanted.audience(
                granted: [], registered: target.client.audiences, scope: scope, issuer: issuer)
            nonce = try Self.bounded("nonce", parameters, Limits.nonceBytes, "nonce is too long")
            prompts = try Self.prompts(parameters)
            maximumAge = try Self.maximumAge(parameters)
            loginHint = parameters["login_hint"].flatMap { $0.utf8.count <= Limits.loginHintBytes ? $0 : nil }
            uiLocales = parameters["ui_locales"]?.split(separator: " ").prefix(Limits.uiLocales).map(String.init) ?? []
            idTokenHint = parameters["id_token_hint"]
            claims = try ClaimsRequest(parameters["claims"], client: target.client)
        } catch {
            throw target.refusing(error)
        }
    }

    package var client: Client { target.client }

    /// What must be consented to: the scope, and the scopes that the claims asked for one by one belong to.
    package var consentScope: Scope {
        Scope(tokens: scope.tokens + claims.scopes.filter { !scope.contains($0) }) ?? scope
    }

    private static func refuseUnsupported(_ parameters: FormParameters, client: Client) throws(OAuthError) {
        if let name = parameters.repeated.first(where: { $0 != "client_id" && $0 != "redirect_uri" }) {
            throw .invalidRequest("a parameter is repeated", reason: "\(name.prefix(64)) is repeated")
        }
        if parameters["request"] != nil { throw .requestNotSupported }
        if parameters["request_uri"] != nil { throw .requestURINotSupported }
        if parameters["registration"] != nil { throw .registrationNotSupported }
        guard let type = parameters["response_type"] else { throw .invalidRequest("response_type is missing") }
        guard type == "code" else { throw .unsupportedResponseType }
        if let mode = parameters["response_mode"], ResponseMode(rawValue: mode) == nil {
            throw .invalidRequest("response_mode must be query or form_post")
        }
        guard client.grants.contains(.authorizationCode) else {
            throw .unauthorizedClient("the client may not use the authorization_code grant")
        }
    }

    private static func challenge(_ parameters: FormParameters) throws(OAuthError) -> CodeChallenge {
        guard let text = parameters["code_challenge"] else {
            throw .invalidRequest("code_challenge is missing: PKCE is required")
        }
        guard parameters["code_challenge_method"] == CodeChallenge.method else {
            throw .invalidRequest("code_challenge_method must be S256")
        }
        guard let challenge = CodeChallenge(text) else {
            throw .invalidRequest("code_challenge is not a SHA-256 in base64url")
        }
        return challenge
    }

    /// `offline_access` makes refresh tokens outlive a sign-out, so it means nothing to a client that gets none.
    private static func scope(_ asked: Scope?, client: Client) -> Scope {
        let scope = (asked ?? client.scope).intersection(client.scope)
        guard !client.grants.contains(.refreshToken) else { return scope }
        return Scope(tokens: scope.tokens.filter { $0 != "offline_access" }) ?? scope
    }

    private static func prompts(_ parameters: FormParameters) throws(OAuthError) -> Set<Prompt> {
        var prompts: Set<Prompt> = []
        for word in parameters["prompt"]?.split(separator: " ") ?? [] {
            guard let prompt = Prompt(rawValue: String(word)) else {
                throw .invalidRequest("prompt holds an unknown value")
            }
            prompts.insert(prompt)
        }
        guard !prompts.contains(.none) || prompts.count == 1 else {
            throw .invalidRequest("prompt=none allows no other value")
        }
        return prompts
    }

    private static func maximumAge(_ parameters: FormParameters) throws(OAuthError) -> Int64? {
        guard let text = parameters["max_age"] else { return nil }
        guard text.utf8.count <= 10, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let age = Int64(text),
            age <= Limits.maximumAge
        else { throw .invalidRequest("max_age is not a number of seconds") }
        return age
    }

    private static func bounded(
        _ name: String, _ parameters: FormParameters, _ limit: Int, _ refusal: StaticString
    ) throws(OAuthError) -> String? {
        guard let text = parameters[name] else { return nil }
        guard text.utf8.count <= limit else { throw .invalidRequest(refusal) }
        return text
    }
}
