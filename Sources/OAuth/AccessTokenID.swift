import StrictFormats

/// `jti` of an access token: unique, and of the family that it comes from.
///
/// 12 random bytes and the first 12 of the family's key, as base64url. The key is a hash, so this tells nothing of the
/// refresh tokens; it lets UserInfo and introspection look at the one family that the token hangs on.
package struct AccessTokenID: Hashable, Sendable {
    private static let halfBytes = 12
    private let bytes: [UInt8]

    /// - Parameter family: Nil for a token without a person.
    package init(family: FamilyKey?) {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<(2 * Self.halfBytes)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        guard let family else {
            bytes = random
            return
        }
        bytes = Array(random.prefix(Self.halfBytes)) + family.bytes.prefix(Self.halfBytes)
    }

    /// - Returns: Nil for any other text.
    package init?(_ text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count == 2 * Self.halfBytes else { return nil }
        self.bytes = bytes
    }

    package var text: String { Base64URL.encode(bytes) }

    /// All keys that the family of this token can have: in practice one.
    package var familyKeys: ClosedRange<FamilyKey> {
        let known = Array(bytes.suffix(Self.halfBytes))
        return FamilyKey(known, filledWith: .min)...FamilyKey(known, filledWith: .max)
    }
}
