/// Text from outside on its way to a terminal: whatever could move its cursor or turn its lines is written out.
enum TerminalText {
    /// Control, format and invisible characters as `\u{…}`.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isDangerous) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if isDangerous(scalar) {
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// The same in a JSON text, as its own escapes: such characters stand inside strings only.
    static func escapedJSON(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: isDangerous) else { return json }
        var escaped = ""
        for scalar in json.unicodeScalars {
            guard isDangerous(scalar) else {
                escaped.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return escaped
    }

    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
