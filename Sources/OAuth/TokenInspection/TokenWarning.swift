/// Something about a token that its maker should know.
///
/// It names the place and never repeats the value there: what is sensitive in a token is sensitive in a terminal too.
package struct TokenWarning: Sendable, Hashable, CustomStringConvertible {
    /// The words that scripts may rely on.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case noExpiry = "no-expiry"
        case malformedTime = "malformed-time"
        case longLife = "long-life"
        case noAlgorithm = "no-algorithm"
        case unsigned
        case hmac
        case weakAlgorithm = "weak-algorithm"
        case unknownAlgorithm = "unknown-algorithm"
        case weakKey = "weak-key"
        case wrongSignatureLength = "wrong-signature-length"
        case noType = "no-type"
        case noKeyID = "no-key-id"
        case noIssuer = "no-issuer"
        case noAudience = "no-audience"
        case keyFromToken = "key-from-token"
        case criticalExtension = "critical-extension"
        case unusualEncoding = "unusual-encoding"
        case large
        case veryLarge = "very-large"
        case malformed
        case email
        case phone
        case cardNumber = "card-number"
        case birthDate = "birth-date"
        case postalAddress = "postal-address"
        case secret
        case isSecret = "is-secret"
        case more
    }

    package let code: Code
    /// Where, such as `claims.contact.email`; empty when it is about the token as a whole.
    package let path: String
    /// A sentence; it begins with the path when there is one.
    package let description: String

    init(_ code: Code, at path: String = "", _ sentence: String) {
        self.code = code
        self.path = path
        self.description = path.isEmpty ? sentence : "\(path): \(sentence)"
    }
}
