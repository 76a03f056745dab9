import Secrets
import StrictFormats

/// A refresh token that this issuer made: parsing proves it by its MAC, with no storage.
///
/// `"tkvr_" + base64url( version 1 B | keyNumber 1 B | familyID 16 B | n 4 B big-endian | MAC 32 B )`; docs/refresh.md.
/// The prefix lets secret scanners find leaked tokens.
package struct RefreshToken: Hashable, Sendable {
    package static let prefix = "tkvr_"
    /// 54 bytes are 72 base64url characters.
    package static let characterCount = prefix.utf8.count + 72
    private static let version: UInt8 = 1
    private static let bodyByteCount = 2 + FamilyID.byteCount + 4
    private static let byteCount = bodyByteCount + TokenMAC.byteCount

    package let family: FamilyID
    /// Which token of the family this is: 0 is the first.
    package let generation: UInt32
    /// Under which master secret's key the MAC was made.
    package let keyNumber: UInt8

    package init(family: FamilyID, generation: UInt32, keyNumber: UInt8) {
        self.family = family
        self.generation = generation
        self.keyNumber = keyNumber
    }

    /// Row 1 of the state machine: nil for whatever is malformed, too long, of an unknown key or of a wrong MAC.
    package init?(_ text: String, keys: RefreshKeys) {
        guard let bytes = Self.bytes(of: text), let key = keys[bytes[1]],
            key.isValid(bytes[Self.bodyByteCount...], for: bytes[..<Self.bodyByteCount]),
            let family = FamilyID(bytes[2..<2 + FamilyID.byteCount])
        else { return nil }
        self.family = family
        keyNumber = bytes[1]
        generation = bytes[(2 + FamilyID.byteCount)..<Self.bodyByteCount].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The key number that a text of this form claims, whatever its MAC; nil for another form.
    package static func claimedKeyNumber(of text: String) -> UInt8? { bytes(of: text)?[1] }

    private static func bytes(of text: String) -> [UInt8]? {
        guard text.utf8.count == characterCount, text.utf8.starts(with: prefix.utf8),
            let bytes = Base64URL.decode(String(text.dropFirst(prefix.count))), bytes.count == byteCount,
            bytes[0] == version
        else { return nil }
        return bytes
    }

    /// The token's text: the same bytes whenever it is made from the same three values.
    ///
    /// Nil when the key of this number is not here.
    package func text(keys: RefreshKeys) -> String? {
        guard let key = keys[keyNumber] else { return nil }
        var bytes = [Self.version, keyNumber]
        bytes.reserveCapacity(Self.byteCount)
        bytes += family.bytes
        for shift in stride(from: 24, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: generation >> shift))
        }
        bytes += key.authenticate(bytes)
        return Self.prefix + Base64URL.encode(bytes)
    }
}
