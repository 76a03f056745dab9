/// Text from outside on its way into a message: nothing in it begins a line, ends one, or turns its order.
package enum MailText {
    private static let ellipsis = "…"

    /// One line: line breaks, control characters and every kind of space become single spaces; marks that turn the
    /// direction of text (UAX #9) and byte order marks are taken out.
    ///
    /// - Parameter maximumBytes: Of the result in UTF-8; what is longer is cut, and ends with an ellipsis.
    package static func line(_ text: String, maximumBytes: Int) -> String {
        var line: [UInt8] = []
        var isSpaceDue = false
        // Where the line is cut in case that there is more.
        var cut = 0
        for scalar in text.unicodeScalars where !isInvisible(scalar) {
            if isSpace(scalar) {
                isSpaceDue = !line.isEmpty
                continue
            }
            let room = (isSpaceDue ? 1 : 0) + scalar.utf8.count
            guard line.count <= maximumBytes - room else {
                return String(decoding: line[..<cut], as: UTF8.self) + ellipsis
            }
            if isSpaceDue { line.append(0x20) }
            line += scalar.utf8
            isSpaceDue = false
            if line.count <= maximumBytes - ellipsis.utf8.count { cut = line.count }
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// Lines of a body in UTF-8, each ended by CRLF (RFC 5322 §2.3), without control characters.
    static func body(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 64)
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            defer { isAfterReturn = scalar == "\r" }
            switch scalar {
            case "\n" where isAfterReturn: continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": bytes += [0x0D, 0x0A]
            case "\t": bytes.append(0x09)
            case _ where scalar.properties.generalCategory == .control: continue
            default: bytes += scalar.utf8
            }
        }
        if !bytes.isEmpty, bytes.last != 0x0A { bytes += [0x0D, 0x0A] }
        return bytes
    }

    /// What a server said, for an operator's eyes: one line, with everything that could turn it written out.
    static func quoted(_ bytes: some Sequence<UInt8>, maximumCharacters: Int) -> String {
        var quoted = ""
        for scalar in line(String(decoding: Array(bytes), as: UTF8.self), maximumBytes: .max).unicodeScalars {
            guard quoted.count < maximumCharacters else { return quoted + ellipsis }
            switch scalar.properties.generalCategory {
            case .control, .format, .privateUse, .unassigned, .surrogate:
                quoted += "\\u{\(String(scalar.value, radix: 16))}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: true
        default: false
        }
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isBidiControl || scalar.properties.isNoncharacterCodePoint || scalar == "\u{FEFF}"
    }
}
