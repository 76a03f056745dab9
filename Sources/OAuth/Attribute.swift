package import StrictFormats

/// Where a user's attribute may go. A JWT is signed and not encrypted, so only `public` ones go into access tokens.
package enum AttributeClass: String, Sendable, CaseIterable {
    /// May go into access tokens.
    case `public`
    /// ID token and UserInfo only, under the standard scopes.
    case personal
    /// Never leaves the store.
    case secret
}

/// What an attribute's values are.
package enum AttributeType: String, Sendable, CaseIterable {
    case string, number, boolean, array, object

    package func accepts(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.string, .string), (.number, .integer), (.number, .number), (.boolean, .bool), (.array, .array),
            (.object, .object):
            true
        default: false
        }
    }
}

/// Names an attribute and the claim that carries it: 1…64 characters of `A–Z a–z 0–9 _ - . : /`.
///
/// `:` and `/` let a name be a URI, as RFC 7519 §4.2 recommends for public claim names.
package struct AttributeName: Identifier {
    package let text: String

    package init?(_ text: String) {
        guard (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ byte in
                (0x30...0x3A).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "_-./".utf8.contains(byte)
            })
        else { return nil }
        self.text = text
    }

    /// No attribute may take these names, in whatever case: some readers of JSON do not tell `Exp` from `exp`.
    package static let reserved = ReservedClaims()
}

/// Claims that mean something to who checks a token, and the parameters of its header: nobody's attributes.
///
/// Those of RFC 7519 §4.1, RFC 9068 §2.2, OIDC Core §2, and of the registry where they say who is who, what is bound
/// to what, or how a token is read; and what RFC 7515 §4.1 and RFC 7516 §4.1 put into headers.
/// https://www.iana.org/assignments/jwt/jwt.xhtml
package struct ReservedClaims: Sendable {
    private static let claims: Set<String> = [
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "sid", "auth_time", "amr", "acr", "cnf",
        "act", "azp", "nonce", "at_hash", "c_hash", "s_hash", "events", "may_act", "authorization_details", "sub_jwk",
        "sub_id", "toe", "txn", "rph", "vot", "vtm", "orig", "dest", "trust_chain", "token_introspection", "status",
        "vc", "vp", "vct", "_sd", "_sd_alg", "_claim_names", "_claim_sources", "attest", "cdniv", "htm", "htu", "ath",
    ]
    private static let header: Set<String> = [
        "alg", "kid", "typ", "cty", "crit", "jwk", "jku", "x5u", "x5c", "x5t", "b64", "zip", "enc", "epk", "apu", "apv",
        "iv", "tag", "p2s", "p2c", "ppt", "url", "svt",
    ]

    package func contains(_ name: String) -> Bool {
        let name = name.lowercased()
        return Self.claims.contains(name) || Self.header.contains(name)
    }
}

/// An attribute as an operator defined it, or as it is from the start.
package struct AttributeDefinition: Hashable, Sendable {
    package let name: AttributeName
    package let `class`: AttributeClass
    package let type: AttributeType
    /// Kept in a column or table of its own, and set by options of its own.
    package let isBuiltIn: Bool

    package init(name: AttributeName, class: AttributeClass, type: AttributeType, isBuiltIn: Bool) {
        self.name = name
        self.class = `class`
        self.type = type
        self.isBuiltIn = isBuiltIn
    }
}

/// Bounds of attribute values, whatever their class; what goes into tokens has a bound of its own (`ClaimLimit`).
package enum AttributeLimits {
    /// One value, as JSON.
    package static let valueBytes = 2048
    package static let attributesPerUser = 64
    package static let definitions = 256
    package static let json = JSONLimits.attribute
}
