/// Text of a stranger, made fit for a terminal.
enum ShownText {
    private static let maximumScalars = 16_384

    /// Replaces what moves a cursor, changes colours or the direction of writing; cuts what is too long.
    static func of(_ text: String, maximumScalars: Int = maximumScalars) -> String {
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

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
