package import StrictFormats

/// What the issuer says of itself (RFC 8414 §2, OIDC Discovery §3): only what is there, and no more.
package struct ServerMetadata: Sendable {
    package let issuer: Issuer
    package let algorithm: SigningAlgorithm
    /// Scopes that some client may have, sorted.
    package let scopes: [String]

    package init(issuer: Issuer, algorithm: SigningAlgorithm, scopes: [String]) {
        self.issuer = issuer
        self.algorithm = algorithm
        self.scopes = scopes
    }

    package var json: JSONValue {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
        let methods = list(["client_secret_basic", "client_secret_post", "none"])
        var members: [(String, JSONValue)] = [
            ("issuer", .string(issuer.text)),
            ("token_endpoint", .string(issuer.url("/token"))),
            ("jwks_uri", .string(issuer.url("/.well-known/jwks.json"))),
            ("revocation_endpoint", .string(issuer.url("/revoke"))),
            ("grant_types_supported", list(GrantType.allCases.map(\.rawValue))),
            ("response_types_supported", list([])),
            ("subject_types_supported", list(["public"])),
            ("token_endpoint_auth_methods_supported", methods),
            ("revocation_endpoint_auth_methods_supported", methods),
            ("access_token_signing_alg_values_supported", list([algorithm.rawValue])),
        ]
        if !scopes.isEmpty { members.append(("scopes_supported", list(scopes))) }
        return .object(JSONObject(members))
    }
}
