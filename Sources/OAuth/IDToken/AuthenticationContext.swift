/// `acr` values (OIDC Core §2): what a sign-in was worth.
package enum AuthenticationContext {
    /// A password, and nothing beside it.
    package static let password = "urn:tykva:acr:password"
    package static let supported = [password]

    /// The class of a sign-in with these methods (RFC 8176).
    package static func of(_ methods: [String]) -> String? { methods == ["pwd"] ? password : nil }
}
