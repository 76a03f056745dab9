import StrictFormats

/// A name to sign in with: 1…128 characters, compared after NFC and lower-casing.
package struct UserName: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 256
    /// As the person writes it, in NFC.
    package let text: String
    /// What is compared and unique.
    package let key: String

    package init(_ text: String) throws(InvalidValue) {
        self.text = try Printable.text(text, what: "user name", maximumBytes: Self.maximumBytes)
        let scalars = self.text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last, !first.isSpace, !last.isSpace else {
            throw InvalidValue("user name", "it must not be empty, or begin or end with a space")
        }
        guard !scalars.contains(where: \.isInvisible) else {
            throw InvalidValue("user name", "invisible characters are not allowed")
        }
        key = self.text.lowercased().nfc
    }

    package var description: String { text }
    /// Left out of access tokens then: an e-mail address is personal.
    package var isEmailAddress: Bool { text.contains("@") }
}

extension Unicode.Scalar {
    /// What leaves no mark, so that two names would look alike, or one like none: fillers, variation selectors
    /// (UAX #44, Default_Ignorable_Code_Point), and the blank of Braille.
    fileprivate var isInvisible: Bool { properties.isDefaultIgnorableCodePoint || value == 0x2800 }

    fileprivate var isSpace: Bool { properties.generalCategory == .spaceSeparator }
}

/// An e-mail address, as far as a form can tell: one `@`, something before it, a host with a dot or `localhost` after.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 254
    package let text: String
    /// What is compared and, once verified, unique.
    package let key: String

    package init(_ text: String) throws(InvalidValue) {
        self.text = try Printable.text(text, what: "e-mail address", maximumBytes: Self.maximumBytes)
        let parts = self.text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !parts[1].hasPrefix("."),
            !parts[1].hasSuffix("."),
            parts[1].contains(".") || parts[1] == "localhost", !self.text.contains(where: \.isWhitespace)
        else { throw InvalidValue("e-mail address", "it does not have the form name@host") }
        key = self.text.lowercased().nfc
    }

    package var description: String { text }
}

/// A role or group: 1…64 bytes of printable text without spaces or commas.
package struct RoleName: Identifier {
    package let text: String

    package init?(_ text: String) {
        guard (1...64).contains(text.utf8.count),
            let printable = try? Printable.text(text, what: "role", maximumBytes: 64), printable == text,
            !text.contains(where: { $0.isWhitespace || $0 == "," })
        else { return nil }
        self.text = text
    }
}

/// Text from outside that people will read: NFC, bounded, and without what could forge a line.
package enum Printable {
    package static func text(_ text: String, what: String, maximumBytes: Int) throws(InvalidValue) -> String {
        let normal = text.nfc
        guard normal.utf8.count <= maximumBytes else {
            throw InvalidValue(what, "it is longer than \(maximumBytes) bytes")
        }
        guard !normal.unicodeScalars.contains(where: \.properties.isControl) else {
            throw InvalidValue(what, "control characters are not allowed")
        }
        return normal
    }
}
