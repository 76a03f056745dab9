/// Text of a stranger, made fit for a terminal.
package enum ShownText {
    private static let maximumScalars = 16_384

    /// Replaces what moves a cursor, changes colours or the direction of writing; cuts what is too long.
    package static func of(_ text: String, maximumScalars: Int = maximumScalars) -> String {
        var shown = String.UnicodeScalarView()
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == maximumScalars {
                shown.append("…")
                break
            }
            shown.append(isHarmless(scalar) ? scalar : "\u{FFFD}")
        }
        return String(shown)
    }

    /// The same JSON with such characters escaped (RFC 8259 §7): it may be printed, and still says what it said.
    ///
    /// - Parameter json: Compact JSON, in which they stand inside strings alone.
    package static func escaped(json: String) -> String {
        var shown = ""
        for scalar in json.unicodeScalars {
            if isHarmless(scalar) {
                shown.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    shown += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return shown
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
