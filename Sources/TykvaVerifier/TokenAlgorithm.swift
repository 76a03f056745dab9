/// A signature algorithm of RFC 7518, RFC 8037 or RFC 9964 that a verifier can be told to accept.
///
/// There is no HMAC, no `none` and no encryption here: a verifier has public keys only.
public struct TokenAlgorithm: Hashable, Sendable, CustomStringConvertible {
    enum Kind: Hashable, Sendable {
        case es256, rs256, ps256, eddsa, mlDSA65
    }

    let kind: Kind

    /// The `alg` value, compared byte for byte.
    public let name: String

    /// ECDSA with P-256 and SHA-256 (RFC 7518 §3.4).
    public static let es256 = TokenAlgorithm(kind: .es256, name: "ES256")

    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 bits or more (RFC 7518 §3.3).
    public static let rs256 = TokenAlgorithm(kind: .rs256, name: "RS256")

    /// RSASSA-PSS with SHA-256, keys of 2048 bits or more (RFC 7518 §3.5).
    public static let ps256 = TokenAlgorithm(kind: .ps256, name: "PS256")

    /// Ed25519 (RFC 8037 §3.1).
    public static let eddsa = TokenAlgorithm(kind: .eddsa, name: "EdDSA")

    /// ML-DSA-65, which withstands quantum computers (FIPS 204, RFC 9964): a token is about 5 KiB long.
    public static let mlDSA65 = TokenAlgorithm(kind: .mlDSA65, name: "ML-DSA-65")

    /// All of them, in no order of merit.
    public static let all: [TokenAlgorithm] = [.es256, .rs256, .ps256, .eddsa, .mlDSA65]

    /// The algorithm of a name, for configuration; nil when this library does not check it.
    public init?(name: String) {
        guard let algorithm = Self.all.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
        self = algorithm
    }

    private init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }

    public var description: String { name }
}
