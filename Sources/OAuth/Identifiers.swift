import Crypto

/// A value of an identifier's type is proof that its text has that identifier's form.
package protocol Identifier: Hashable, Sendable, CustomStringConvertible {
    var text: String { get }
    init?(_ text: String)
}

extension Identifier {
    package var description: String { text }
}

/// Names one user for ever: 128 random bits as `u_` and 32 hexadecimal digits. The `sub` of their tokens.
///
/// Neither the e-mail address nor a sequence: a `sub` tells nothing (OIDC Core §8).
package struct UserID: Identifier {
    package let text: String

    package init?(_ text: String) {
        guard Self.hasForm(text) else { return nil }
        self.text = text
    }

    package static func random() -> Self { Self(unchecked: "u_" + randomHexadecimal()) }

    /// Whether a text has the form of a user id; a client id may not, or its `sub` could be taken for a person's.
    package static func hasForm(_ text: String) -> Bool { isHexadecimal(text, prefix: "u_") }

    private init(unchecked text: String) { self.text = text }
}

/// Names a session: one sign-in of one person. The `sid` of tokens; random, and no credential.
package struct SessionID: Identifier {
    package let text: String

    package init?(_ text: String) {
        guard isHexadecimal(text, prefix: "s_") else { return nil }
        self.text = text
    }

    package static func random() -> Self { Self(unchecked: "s_" + randomHexadecimal()) }

    private init(unchecked text: String) { self.text = text }
}

/// Names an event in the audit log; later ones sort after earlier ones of another millisecond.
package struct EventID: Identifier {
    package let text: String

    package init?(_ text: String) {
        guard isHexadecimal(text, prefix: "e_") else { return nil }
        self.text = text
    }

    package static func random() -> Self { Self(unchecked: "e_" + randomHexadecimal()) }

    private init(unchecked text: String) { self.text = text }
}

/// Names a message of the outbox: what is to be told to somebody outside.
package struct MessageID: Identifier {
    package let text: String

    package init?(_ text: String) {
        guard isHexadecimal(text, prefix: "m_") else { return nil }
        self.text = text
    }

    package static func random() -> Self { Self(unchecked: "m_" + randomHexadecimal()) }

    private init(unchecked text: String) { self.text = text }
}

/// Names a webhook: where an operator hears of events.
package struct WebhookID: Identifier {
    package let text: String

    package init?(_ text: String) {
        guard isHexadecimal(text, prefix: "w_") else { return nil }
        self.text = text
    }

    package static func random() -> Self { Self(unchecked: "w_" + randomHexadecimal()) }

    private init(unchecked text: String) { self.text = text }
}

/// A client identifier (RFC 6749 §2.2): 1…64 characters of `A–Z a–z 0–9 - . _ ~`, not of a user id's form.
package struct ClientID: Identifier {
    package static let maximumBytes = 64
    package let text: String

    package init?(_ text: String) {
        guard (1...Self.maximumBytes).contains(text.utf8.count), text.utf8.allSatisfy(isUnreserved),
            !UserID.hasForm(text)
        else { return nil }
        self.text = text
    }
}

/// A signing key's `kid` (RFC 7517 §4.5): 1…64 characters of the base64url alphabet.
package struct KeyID: Identifier {
    package let text: String

    package init?(_ text: String) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy({ isUnreserved($0) && $0 != UInt8(ascii: "~") })
        else { return nil }
        self.text = text
    }
}

/// What names a token family inside its tokens: 128 random bits.
///
/// The store knows only the hash (`FamilyKey`), so a stolen database forges no token.
package struct FamilyID: Hashable, Sendable {
    package static let byteCount = 16
    package let bytes: [UInt8]

    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    package static func random() -> Self { Self(unchecked: randomBytes(byteCount)) }

    /// The row's id: SHA-256 of the bytes.
    package var key: FamilyKey { FamilyKey(unchecked: Array(SHA256.hash(data: bytes))) }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}

/// The id of a token family's row: SHA-256 of its `FamilyID`. Safe to store and to log.
package struct FamilyKey: Hashable, Sendable {
    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == SHA256.byteCount else { return nil }
        self.bytes = bytes
    }

    fileprivate init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    init(_ start: [UInt8], filledWith byte: UInt8) {
        bytes = start.prefix(SHA256.byteCount) + Array(repeating: byte, count: max(0, SHA256.byteCount - start.count))
    }
}

/// In the order in which the store keeps them.
extension FamilyKey: Comparable {
    package static func < (one: FamilyKey, other: FamilyKey) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }
}

/// RFC 3986 §2.3.
func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        true
    default: false
    }
}

private func isHexadecimal(_ text: String, prefix: String) -> Bool {
    text.utf8.count == prefix.utf8.count + 32 && text.hasPrefix(prefix)
        && text.utf8.dropFirst(prefix.utf8.count).allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
}

private func randomBytes(_ count: Int) -> [UInt8] {
    // Eight at a time: each asks the system.
    var generator = SystemRandomNumberGenerator()
    var bytes: [UInt8] = []
    while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) } }
    return Array(bytes.prefix(count))
}

private func randomHexadecimal() -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: randomBytes(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
