import OAuth
import Testing

@Suite struct AuthorizationRequestTests {
    @Test func `a good request is read whole`() throws {
        let request = try AuthorizationSample.request([
            "prompt": "login consent", "max_age": "60", "login_hint": "anna", "ui_locales": "ru en",
            "scope": "openid email unknown", "response_mode": "form_post",
        ])
        #expect(request.target.redirectURI.text == AuthorizationSample.callback)
        #expect(request.target.state == "st")
        #expect(request.target.responseMode == .formPost)
        #expect(request.scope.text == "openid email", "what is not registered is dropped")
        #expect(request.nonce == "no")
        #expect(request.prompts == [.login, .consent])
        #expect(request.maximumAge == 60)
        #expect(request.loginHint == "anna")
        #expect(request.uiLocales == ["ru", "en"])
        #expect(request.challenge.text == AuthorizationSample.challenge)
    }

    @Test(
        arguments: [
            ["redirect_uri": "https://evil.example.com/callback"], ["redirect_uri": nil],
            ["redirect_uri": "javascript:alert(1)"], ["redirect_uri": "https://app.example.com/callback/"],
            ["redirect_uri": "https://app.example.com/callback?x=1"],
            ["redirect_uri": "https://APP.example.com/callback"],
            ["redirect_uri": "https://app.example.com:443/callback"],
            ["redirect_uri": "https://app.example.com/callbacK"],
            ["redirect_uri": "https://app.example.com@evil.example.com/callback"],
            ["redirect_uri": "https://app.example.com/callback#"],
            ["redirect_uri": "https://app.example.com%2fcallback"],
            ["redirect_uri": "https://app.example.com\\callback"], ["redirect_uri": "//app.example.com/callback"],
            ["redirect_uri": "http://app.example.com/callback"],
            ["redirect_uri": "https://app.example.com/../callback"],
        ] as [[String: String?]])
    func `what is not registered is never redirected to`(_ changes: [String: String?]) throws {
        #expect(try AuthorizationSample.refusal(changes) == .page(.invalidRequest))
    }

    @Test func `a repeated client or redirect URI is told on a page, anything else to the application`() throws {
        #expect(
            try AuthorizationSample.refusal(and: "&redirect_uri=https%3A%2F%2Fevil.example.com")
                == .page(.invalidRequest))
        #expect(throws: AuthorizationError.self) {
            let parameters = try FormParameters(authorizationRequest: "client_id=a&client_id=b".utf8)
            _ = try AuthorizationTarget.clientID(in: parameters)
        }
        #expect(try AuthorizationSample.refusal(and: "&scope=openid") == .redirect(.invalidRequest, state: "st"))
        #expect(try AuthorizationSample.refusal(and: "&state=other") == .redirect(.invalidRequest, state: nil))
    }

    @Test(
        arguments: [
            (["response_type": nil], .invalidRequest), (["response_type": "token"], .unsupportedResponseType),
            (["response_type": "code id_token"], .unsupportedResponseType),
            (["code_challenge": nil], .invalidRequest), (["code_challenge_method": nil], .invalidRequest),
            (["code_challenge_method": "plain"], .invalidRequest), (["code_challenge": "short"], .invalidRequest),
            (["code_challenge": AuthorizationSample.challenge + "="], .invalidRequest),
            (["prompt": "none login"], .invalidRequest), (["prompt": "dance"], .invalidRequest),
            (["max_age": "-1"], .invalidRequest), (["max_age": "1.5"], .invalidRequest),
            (["max_age": "99999999999"], .invalidRequest), (["request": "eyJ"], .requestNotSupported),
            (["request_uri": "https://app.example.com/r"], .requestURINotSupported),
            (["registration": "{}"], .registrationNotSupported), (["response_mode": "fragment"], .invalidRequest),
            (["scope": "a\"b"], .invalidScope), (["resource": "https://other.example.com"], .invalidTarget),
            (["claims": "[]"], .invalidRequest), (["claims": "{"], .invalidRequest),
            (["nonce": String(repeating: "n", count: 513)], .invalidRequest),
        ] as [([String: String?], OAuthError.Code)])
    func `the application is told in the words of the standard`(
        _ changes: [String: String?], _ code: OAuthError.Code
    ) throws {
        #expect(try AuthorizationSample.refusal(changes) == .redirect(code, state: "st"))
    }

    @Test func `a client without the grant gets no code`() throws {
        let client = try AuthorizationSample.client(grants: [.clientCredentials])
        #expect(try AuthorizationSample.refusal(client: client) == .redirect(.unauthorizedClient, state: "st"))
    }

    @Test func `offline_access means nothing to a client without refresh tokens`() throws {
        let client = try AuthorizationSample.client(grants: [.authorizationCode])
        let request = try AuthorizationSample.request(["scope": "openid offline_access"], client: client)
        #expect(request.scope.text == "openid")
    }
}

@Suite struct ValidatedRedirectURITests {
    @Test(arguments: [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", true),
        ("http://[::1]/cb", "http://[::1]:51004/cb", true),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/other", false),
        ("http://localhost/cb", "http://localhost:51004/cb", false),
        ("http://127.0.0.1/cb", "http://[::1]:51004/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example.com/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example.com/cb", false),
        ("http://127.0.0.1/cb", "https://127.0.0.1:443/cb", false),
        ("com.example.app:/cb", "com.example.app:/cb", true), ("com.example.app:/cb", "com.example.app:/cb2", false),
    ])
    func `only the port of a loopback address is free`(_ registered: String, _ asked: String, _ matches: Bool) throws {
        let list = [try RegisteredRedirectURI(registered)]
        #expect((ValidatedRedirectURI(asked, among: list) != nil) == matches)
    }

    @Test func `a policy names the origin, or an application's own scheme`() throws {
        func source(_ text: String) throws -> String? {
            ValidatedRedirectURI(text, among: [try RegisteredRedirectURI(text)])?.formActionSource
        }
        #expect(try source("https://app.example.com:8443/cb?x=1") == "https://app.example.com:8443")
        #expect(try source("http://127.0.0.1/cb") == "http://127.0.0.1")
        #expect(try source("com.example.app:/cb") == "com.example.app:")
    }
}

@Suite struct PKCETests {
    @Test func `the vector of RFC 7636, appendix B, matches, and its neighbours do not`() throws {
        let challenge = try #require(CodeChallenge(AuthorizationSample.challenge))
        let verifier = try #require(CodeVerifier(AuthorizationSample.verifier))
        #expect(verifier.matches(challenge))
        let other = try #require(CodeVerifier(AuthorizationSample.verifier.dropLast() + "j"))
        #expect(!other.matches(challenge))
        let plain = try #require(CodeVerifier(AuthorizationSample.challenge))
        #expect(!plain.matches(challenge), "a challenge is no verifier of itself")
    }

    @Test func `lengths and alphabet are those of the standard`() {
        #expect(CodeVerifier(String(repeating: "a", count: 42)) == nil)
        #expect(CodeVerifier(String(repeating: "a", count: 43)) != nil)
        #expect(CodeVerifier(String(repeating: "a", count: 128)) != nil)
        #expect(CodeVerifier(String(repeating: "a", count: 129)) == nil)
        #expect(CodeVerifier(String(repeating: "a", count: 43) + " ") == nil)
        #expect(CodeChallenge("") == nil)
        #expect(CodeChallenge(String(AuthorizationSample.challenge.dropLast())) == nil)
    }
}
