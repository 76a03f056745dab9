package import StrictFormats

/// What the issuer says of itself (RFC 8414 §2, OIDC Discovery §3): only what is there, and no more.
package struct ServerMetadata: Sendable {
    package let issuer: Issuer
    /// What tokens may be signed with: the algorithm that signs now, and while it changes the other one.
    package let algorithms: [SigningAlgorithm]
    /// Scopes that some client may have, sorted.
    package let scopes: [String]

    package init(issuer: Issuer, algorithms: [SigningAlgorithm], scopes: [String]) {
        self.issuer = issuer
        self.algorithms = algorithms
        self.scopes = scopes
    }

    package var json: JSONValue {
        .object(JSONObject([("issuer", .string(issuer.text))] + addresses + abilities + clientAuthentication))
    }

    private var addresses: [(String, JSONValue)] {
        [
            ("authorization_endpoint", .string(issuer.url("/authorize"))),
            ("pushed_authorization_request_endpoint", .string(issuer.url("/par"))),
            ("token_endpoint", .string(issuer.url("/token"))),
            ("userinfo_endpoint", .string(issuer.url("/userinfo"))),
            ("revocation_endpoint", .string(issuer.url("/revoke"))),
            ("introspection_endpoint", .string(issuer.url("/introspect"))),
            ("end_session_endpoint", .string(issuer.url("/logout"))),
            ("jwks_uri", .string(issuer.url("/.well-known/jwks.json"))),
        ]
    }

    private var abilities: [(String, JSONValue)] {
        let claims =
            ["sub", "iss", "aud", "azp", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"]
            + StandardScope.allCases.flatMap(\.claims) + ["roles", "groups"]
        return [
            ("response_types_supported", list(["code"])),
            ("response_modes_supported", list(ResponseMode.allCases.map(\.rawValue))),
            ("grant_types_supported", list(GrantType.allCases.map(\.rawValue))),
            ("code_challenge_methods_supported", list([CodeChallenge.method])),
            ("scopes_supported", list(scopes)),
            ("claims_supported", list(claims)),
            ("claim_types_supported", list(["normal"])),
            ("subject_types_supported", list(["public"])),
            ("id_token_signing_alg_values_supported", list(algorithms.map(\.rawValue))),
            ("access_token_signing_alg_values_supported", list(algorithms.map(\.rawValue))),
            ("acr_values_supported", list(AuthenticationContext.supported)),
            ("prompt_values_supported", list(Prompt.allCases.map(\.rawValue))),
            ("ui_locales_supported", list(["en", "ru"])),
            ("claims_parameter_supported", true),
            ("request_parameter_supported", false),
            ("request_uri_parameter_supported", false),
            ("require_pushed_authorization_requests", false),
            ("authorization_response_iss_parameter_supported", true),
            ("backchannel_logout_supported", true),
            ("backchannel_logout_session_supported", true),
        ]
    }

    private var clientAuthentication: [(String, JSONValue)] {
        let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
        let algorithms = list(["ES256", "RS256", "PS256", "EdDSA"])
        return [
            ("token_endpoint_auth_methods_supported", list(methods + ["none"])),
            ("token_endpoint_auth_signing_alg_values_supported", algorithms),
            ("revocation_endpoint_auth_methods_supported", list(methods + ["none"])),
            ("revocation_endpoint_auth_signing_alg_values_supported", algorithms),
            ("introspection_endpoint_auth_methods_supported", list(methods)),
            ("introspection_endpoint_auth_signing_alg_values_supported", algorithms),
        ]
    }

    private func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}
